import { describe, expect, test } from 'vitest';
import type { FaultRates } from './fault-plan.ts';
import { Simulation, type SimHost } from './simulation.ts';

const URL_OF_Q = 'http://memory.localhost/000000000000/q';

function open(rates: FaultRates = {}): { simulation: Simulation; host: SimHost } {
  const simulation = new Simulation({ seed: 1, rates, service: { createdVisibleAfterMs: 0 } });
  return { simulation, host: simulation.openHost('a') };
}

/** What `promise` settles with until the instant `atMs`; undefined: nothing yet. */
async function by<T>(
  simulation: Simulation,
  atMs: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  let value: T | undefined;
  void promise.then((settled) => (value = settled));
  await simulation.runUntil(atMs);
  return value;
}

describe('time', () => {
  test('moves from event to event, each with all that it sets off', async () => {
    const { host, simulation } = open();
    const seen: number[] = [];
    host.runtime.setTimer(10, () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => seen.push(simulation.nowMs));
    });
    host.runtime.setTimer(20, () => seen.push(simulation.nowMs));
    await simulation.runUntil(100);
    expect(seen).toEqual([10, 20]);
    expect(simulation.nowMs).toBe(100);
  });

  test('moves by any delay, hours after the start', async () => {
    const { host, simulation } = open();
    await simulation.runUntil(10_500_035.25);
    let firedMs = 0;
    host.runtime.setTimer(1e-10, () => (firedMs = simulation.nowMs));
    await simulation.runUntil(10_500_036);
    expect(firedMs).toBeGreaterThan(10_500_035.25);
    expect(firedMs).toBeLessThan(10_500_035.26);
  });

  test('is one for all, but each host has its own clocks', async () => {
    const { simulation } = open();
    const ahead = simulation.openHost('b', { wallOffsetMs: 60_000 });
    const right = simulation.openHost('c');
    expect(ahead.runtime.nowMs() - right.runtime.nowMs()).toBe(60_000);
    const before = ahead.runtime.monotonicMs();
    ahead.process.stepWallClock(-3_600_000);
    await simulation.runUntil(5);
    expect(ahead.runtime.monotonicMs() - before).toBe(5);
    expect(ahead.runtime.nowMs() - right.runtime.nowMs()).toBe(60_000 - 3_600_000);
  });

  test('orders what is due in one instant by the seed', async () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const { runtime } = new Simulation({ seed }).openHost('a');
      expect(runtime.createId(8)).toBe(new Simulation({ seed }).openHost('a').runtime.createId(8));
      const simulation = new Simulation({ seed });
      const host = simulation.openHost('a');
      let order = '';
      for (const name of 'abc') host.runtime.setTimer(1, () => (order += name));
      await simulation.runUntil(1);
      orders.add(order);
    }
    expect(orders.size).toBeGreaterThan(3);
  });
});

describe('a process that stalls', () => {
  test('does afterwards, in order, what was due meanwhile', async () => {
    const { host, simulation } = open();
    const seen: string[] = [];
    host.runtime.setTimer(10, () => seen.push(`first at ${simulation.nowMs}`));
    host.runtime.setTimer(20, () => seen.push(`second at ${simulation.nowMs}`));
    host.runtime.setTimer(70, () => seen.push(`third at ${simulation.nowMs}`));
    host.process.stall(50);
    await simulation.runUntil(100);
    expect(seen).toEqual(['first at 50', 'second at 50', 'third at 70']);
  });

  test('does not fire a timer that it cancels when it goes on', async () => {
    const { host, simulation } = open();
    const seen: string[] = [];
    let second = { cancel: (): void => undefined };
    host.runtime.setTimer(10, () => second.cancel());
    second = host.runtime.setTimer(20, () => seen.push('second'));
    host.process.stall(50);
    await simulation.runUntil(100);
    expect(seen).toEqual([]);
    expect(host.process.openTimers).toBe(0);
  });

  test('is answered afterwards', async () => {
    const { host, simulation } = open();
    await simulation.broker.service.createQueue({ name: 'q' });
    const asking = host.service.getQueueUrl({ name: 'q' });
    host.process.stall(5000);
    expect(await by(simulation, 4999, asking)).toBeUndefined();
    expect(await by(simulation, 5000, asking)).toMatchObject({ kind: 'ok' });
  });
});

describe('a process that has crashed', () => {
  test('does nothing more and is told nothing more, but what it sent arrives', async () => {
    const { host, simulation } = open();
    await simulation.broker.service.createQueue({ name: 'q' });
    const seen: string[] = [];
    host.runtime.setTimer(1, () => seen.push('timer'));
    const sending = host.service.sendBatch({
      queueUrl: URL_OF_Q,
      entries: [{ body: 'x', attributes: {} }],
    });
    void sending.then(() => seen.push('answer'));
    host.process.crash();
    host.tell({ kind: 'closing' });
    await simulation.runUntil(60_000);
    expect(seen).toEqual([]);
    const kinds = simulation.history.facts.map(({ kind }) => kind);
    expect(kinds).toEqual(['started', 'crashed', 'stored']);
  });

  test('may leave an open poll behind, which takes the next message for nobody', async () => {
    let taken = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const simulation = new Simulation({ seed, service: { createdVisibleAfterMs: 0 } });
      await simulation.broker.service.createQueue({ name: 'q' });
      const host = simulation.openHost('a');
      const request = { queueUrl: URL_OF_Q, maxMessages: 1, waitMs: 20_000, visibilityMs: 5000 };
      void host.service.receive(request);
      await simulation.runUntil(1000);
      host.process.crash();
      await simulation.runUntil(2000);
      const other = simulation.openHost('b');
      void other.service.sendBatch({
        queueUrl: URL_OF_Q,
        entries: [{ body: 'x', attributes: {} }],
      });
      await simulation.runUntil(3000);
      taken += simulation.history.facts.filter(({ kind }) => kind === 'received').length;
    }
    expect(taken).toBeGreaterThan(3);
    expect(taken).toBeLessThan(17);
  });
});

describe('a fault', () => {
  const send = (host: SimHost) =>
    host.service.sendBatch({ queueUrl: URL_OF_Q, entries: [{ body: 'x', attributes: {} }] });

  test.each([
    ['throttled', { kind: 'throttled' }, 0],
    ['refused', { kind: 'invalid' }, 0],
    ['denied', { kind: 'denied' }, 0],
    ['credentials', { kind: 'credentials' }, 0],
    ['unreachable', { kind: 'unreachable' }, 0],
    ['serverError', { kind: 'unknown' }, 0],
    ['lostAnswer', { kind: 'unknown' }, 1],
    ['blackHole', undefined, 0],
    ['blackHoleAfter', undefined, 1],
    ['slowThere', { kind: 'ok' }, 1],
    ['slowBack', { kind: 'ok' }, 1],
    ['duplicate', { kind: 'ok' }, 2],
    ['entryThrottled', { kind: 'ok', entries: [{ kind: 'throttled' }] }, 0],
    ['entryLost', { kind: 'ok', entries: [{ kind: 'unknown' }] }, 1],
  ])('%s', async (kind, answer, stored) => {
    const { host, simulation } = open({ [kind]: 1 });
    await simulation.broker.service.createQueue({ name: 'q' });
    const told = await by(simulation, 60_000, send(host));
    if (answer === undefined) expect(told).toBeUndefined();
    else expect(told).toMatchObject(answer);
    const facts = simulation.history.facts.filter((fact) => fact.kind === 'stored');
    expect(facts).toHaveLength(stored);
    expect(simulation.plan.fired).not.toEqual([]);
  });

  test('of a delete leaves the message where it was', async () => {
    const { host, simulation } = open({ reappear: 1 });
    await simulation.broker.service.createQueue({ name: 'q' });
    await by(simulation, 1000, send(host));
    const request = { queueUrl: URL_OF_Q, maxMessages: 1, waitMs: 0, visibilityMs: 5000 };
    const first = await by(simulation, 2000, host.service.receive(request));
    if (first?.kind !== 'ok') throw new Error('nothing came');
    const receiptHandles = first.messages.map(({ receiptHandle }) => receiptHandle);
    const deleting = host.service.deleteBatch({ queueUrl: URL_OF_Q, receiptHandles });
    expect(await by(simulation, 3000, deleting)).toEqual({ kind: 'ok', entries: [{ kind: 'ok' }] });
    await simulation.runUntil(9000);
    const again = await by(simulation, 10_000, host.service.receive(request));
    expect(again).toMatchObject({ kind: 'ok', messages: [{ receiveCount: 2 }] });
    expect(simulation.history.facts.some(({ kind }) => kind === 'deleted')).toBe(false);
  });

  test('that is muted does not happen, nor does any after healing', async () => {
    const { host, simulation } = open({ throttled: 1 });
    await simulation.broker.service.createQueue({ name: 'q' });
    simulation.heal();
    expect(await by(simulation, 1000, send(host))).toMatchObject({ kind: 'ok' });
    const muted = new Simulation({
      seed: 1,
      rates: { throttled: 1 },
      muted: new Set(['throttled@a/getQueueUrl/1']),
    });
    const quiet = muted.openHost('a');
    const asking = [
      quiet.service.getQueueUrl({ name: 'x' }),
      quiet.service.getQueueUrl({ name: 'x' }),
    ];
    const told = await by(muted, 1000, Promise.all(asking));
    expect(told?.map(({ kind }) => kind)).toEqual(['gone', 'throttled']);
  });
});

describe('an operation that is aborted', () => {
  test('is answered at once, and nobody keeps a listener', async () => {
    const { host, simulation } = open();
    await simulation.broker.service.createQueue({ name: 'q' });
    const caller = new AbortController();
    const request = { queueUrl: URL_OF_Q, maxMessages: 1, waitMs: 20_000, visibilityMs: 5000 };
    const receiving = host.service.receive({ ...request, signal: caller.signal });
    await simulation.runUntil(100);
    expect(host.process.openOperations).toBe(1);
    caller.abort();
    expect(await by(simulation, 100, receiving)).toMatchObject({ kind: 'aborted' });
    expect(host.process.openOperations).toBe(0);
  });
});
