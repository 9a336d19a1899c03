import { describe, expect, it } from 'vitest';
import type { Fact } from './fact.ts';
import { FaultPlan } from './fault-plan.ts';
import { History } from './history.ts';
import { Operator } from './operator.ts';
import { Simulation, type SimHost } from './simulation.ts';
import { drawWorldEvents } from './world-events.ts';

const QUEUE = 'q';
const URL_OF_Q = 'http://memory.localhost/000000000000/q';

async function open(): Promise<{ simulation: Simulation; host: SimHost; operator: Operator }> {
  const simulation = new Simulation({ seed: 1, service: { createdVisibleAfterMs: 0 } });
  await simulation.broker.createQueue('service', { name: QUEUE });
  const host = simulation.openHost('requester-1.1');
  return { simulation, host, operator: new Operator(simulation) };
}

function send({ service }: SimHost, body = 'x'.repeat(40)): ReturnType<typeof service.sendBatch> {
  const replyTo = 'http://memory.localhost/000000000000/__Queues__abc-0#id';
  const attributes = {
    ResponseQueueUrl: { type: 'String', value: replyTo },
  };
  return service.sendBatch({ queueUrl: URL_OF_Q, entries: [{ body, attributes }] });
}

async function receive(simulation: Simulation, host: SimHost): Promise<readonly string[]> {
  const request = { queueUrl: URL_OF_Q, maxMessages: 10, waitMs: 0, visibilityMs: 60_000 };
  let bodies: readonly string[] = ['nothing was answered'];
  void host.service.receive(request).then((result) => {
    bodies =
      result.kind === 'ok'
        ? result.messages.map(({ attributes, body }) => `${body} ${JSON.stringify(attributes)}`)
        : [result.kind];
  });
  await simulation.runUntil(simulation.nowMs + 100);
  return bodies;
}

describe('an outage', () => {
  it.each([
    ['refuses', { kind: 'unreachable' }],
    ['fails', { kind: 'unknown' }],
    ['swallows', undefined],
  ] as const)('%s what is asked while it lasts', async (how, answer) => {
    const { host, simulation } = await open();
    simulation.outages.begin({ of: 'queues', how, forMs: 5000 });
    let told: unknown;
    void send(host).then((result) => (told = result));
    await simulation.runUntil(4999);
    if (answer === undefined) expect(told).toBeUndefined();
    else expect(told).toMatchObject(answer);
    await simulation.runUntil(5000);
    void send(host).then((result) => (told = result));
    await simulation.runUntil(6000);
    expect(told).toMatchObject({ kind: 'ok' });
  });

  it('may lose the answers alone: what is asked is done', async () => {
    const { host, simulation } = await open();
    simulation.outages.begin({ of: 'queues', how: 'losesAnswers', forMs: 5000 });
    let told: unknown;
    void send(host).then((result) => (told = result));
    await simulation.runUntil(5000);
    expect(told).toBeUndefined();
    expect(await receive(simulation, host)).toHaveLength(1);
  });

  it('may lose the answers of a store, which has done what it was asked', async () => {
    const { host, simulation } = await open();
    simulation.outages.begin({ of: 'store', how: 'losesAnswers', forMs: 5000 });
    const done: string[] = [];
    host
      .reach('claim', () => done.push('claimed'))
      .catch((error: Error) => done.push(error.message));
    await simulation.runUntil(4999);
    expect(done).toEqual(['claimed', 'Simulated: lostAnswer']);
  });

  it('may be of one slot, or of the store alone, and ends with the faults', async () => {
    const { host, simulation } = await open();
    const other = simulation.openHost('requester-2.1');
    simulation.outages.begin({ of: 'store', how: 'swallows', forMs: 60_000 });
    simulation.outages.begin({ of: 'queues', how: 'refuses', forMs: 60_000, slot: 'requester-2' });
    const told: string[] = [];
    const note = (name: string) => (end: unknown) => told.push(`${name} ${JSON.stringify(end)}`);
    void send(host).then(({ kind }) => note('send')(kind));
    void send(other).then(({ kind }) => note('other')(kind));
    host.reach('claim', () => 1).catch((error: Error) => note('claim')(error.message));
    await simulation.runUntil(100);
    expect(told.toSorted()).toEqual([
      'claim "Simulated: unreachable"',
      'other "unreachable"',
      'send "ok"',
    ]);
    simulation.heal();
    void send(other).then(({ kind }) => note('healed')(kind));
    await simulation.runUntil(200);
    expect(told).toContain('healed "ok"');
  });
});

describe('an operator', () => {
  it('purges what is visible and what is in flight', async () => {
    const { host, operator, simulation } = await open();
    void send(host, 'one');
    await simulation.runUntil(100);
    expect(await receive(simulation, host)).toHaveLength(1);
    void send(host, 'two');
    await simulation.runUntil(simulation.nowMs + 100);
    await operator.purge(QUEUE);
    const deleted = simulation.history.facts.filter(({ kind }) => kind === 'deleted');
    expect(deleted).toHaveLength(2);
    await simulation.runUntil(simulation.nowMs + 61_000);
    expect(await receive(simulation, host)).toEqual([]);
  });

  it('loses a queue, and makes it again when its name is free', async () => {
    const { host, operator, simulation } = await open();
    await operator.loseQueue(QUEUE);
    await simulation.runUntil(60_900);
    expect(await receive(simulation, host)).toEqual(['gone']);
    await simulation.runUntil(61_100);
    expect(await receive(simulation, host)).toEqual([]);
  });

  it.each([
    ['asItWas', /^x{40} .*__Queues__abc-0#id/],
    ['stripped', /^x{40} \{\}$/],
    ['garbled', /^x{20} .*__Queues__abc-0#id/],
    ['readdressed', /^x{40} .*000\/__mine-0#id/],
  ] as const)('sends the last request again: %s', async (as, expected) => {
    const { host, operator, simulation } = await open();
    void send(host);
    await simulation.runUntil(100);
    await operator.resend(QUEUE, as, '__mine-0');
    const bodies = await receive(simulation, host);
    expect(bodies).toHaveLength(2);
    expect(bodies.some((body) => expected.test(body))).toBe(true);
    const copies = simulation.history.facts.filter(
      (fact): fact is Extract<Fact, { kind: 'stored' }> => fact.kind === 'stored' && !!fact.copy,
    );
    expect(copies.map(({ tampered = false }) => tampered)).toEqual([as !== 'asItWas']);
  });
});

describe('the events of a seed', () => {
  const draw = (seed: number, muted: readonly string[] = []) => {
    const random = new Simulation({ seed }).stream('world');
    const history = new History(() => 0);
    const plan = new FaultPlan({ seed, rates: {}, history, muted: new Set(muted) });
    return drawWorldEvents({ random, plan, slots: ['requester-1', 'responder-1'], overMs: 1000 });
  };

  it('are of every kind, over some seeds', () => {
    const events = Array.from({ length: 300 }, (_, seed) => draw(seed)).flat();
    const kinds = new Set(events.map(({ what }) => (what.kind === 'resend' ? what.as : what.kind)));
    expect([...kinds].toSorted()).toEqual(
      ['asItWas', 'garbled', 'loseQueue', 'outage', 'purge', 'readdressed', 'stripped'].toSorted(),
    );
  });

  it('stay where they are when one is taken out', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const [first, ...rest] = draw(seed);
      if (first !== undefined) expect(draw(seed, [first.atom])).toEqual(rest);
    }
  });
});
