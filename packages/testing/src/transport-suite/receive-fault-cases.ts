import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

const MINUTE_MS = 60_000;

/** The wait for frames when the service fails. A loop may always call again at once. */
export const receiveFaultCases: readonly TransportCase[] = [
  transportCase(
    'failing receives are backed off from, and recover',
    async (t) => {
      const queue = await t.queue();
      const reader = await queue.open();
      t.script.always('receive', { kind: 'fail', failure: 'unreachable' });
      const untilMs = t.runtime.monotonicMs() + 10 * MINUTE_MS;
      for (let turn = 0; turn < 1_000 && t.runtime.monotonicMs() < untilMs; turn += 1) {
        expectEqual(await reader.receive(), [], 'Deliveries');
      }
      const calls = t.script.count('receive');
      expectTrue(calls >= 20 && calls <= 150, `${calls} receives in ten minutes`);
      expectEqual(reader.inbox.health().healthy, false, 'Healthy');
      t.script.heal();
      await queue.feed(['x']);
      expectEqual(await reader.drain(1), ['x'], 'Bodies');
      expectEqual(reader.inbox.health().healthy, true, 'Healthy again');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'an inbox calls itself unhealthy after three failures in a row, and tells the last',
    async (t) => {
      const queue = await t.queue();
      const reader = await queue.open();
      const step = { kind: 'fail', failure: 'throttled' } as const;
      t.script.next('receive', step, step, step);
      const healthy: boolean[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        await reader.receive();
        const health = reader.inbox.health();
        healthy.push(health.healthy);
        expectEqual(health.lastError !== undefined, turn < 3, `An error after turn ${turn}`);
      }
      expectEqual(healthy, [true, true, false, true], 'Healthy');
    },
    ['faults'],
  ),
  transportCase(
    'a receive that is never answered is given up five seconds after its wait, and the next works',
    async (t) => {
      const queue = await t.queue();
      const reader = await queue.open({ waitMs: 20_000 });
      t.script.next('receive', { kind: 'hold' });
      const startMs = t.runtime.monotonicMs();
      await reader.receive();
      const tookMs = t.runtime.monotonicMs() - startMs;
      expectTrue(tookMs >= 20_000 && tookMs <= 26_000, `It took ${tookMs} ms`);
      await queue.feed(['x']);
      expectEqual(await reader.drain(1), ['x'], 'Bodies');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'a frame whose receive lost its answer comes again, counted twice',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open();
      t.script.next('receive', { kind: 'loseAnswer' });
      const delivery = await reader.receiveOne();
      expectEqual(delivery.frame.body, 'x', 'The body');
      expectEqual(delivery.receiveCount, 2, 'Receive count');
    },
    ['faults'],
  ),
  transportCase(
    'aborting a receive that backs off ends it at once',
    async (t) => {
      const queue = await t.queue();
      const reader = await queue.open();
      t.script.always('receive', { kind: 'fail', failure: 'unreachable' });
      for (let turn = 0; turn < 8; turn += 1) await reader.receive();
      const stop = new AbortController();
      const open = reader.inbox.receive({ maxFrames: 1, signal: stop.signal });
      await t.elapse(1);
      stop.abort();
      const startMs = t.runtime.monotonicMs();
      await t.run(open);
      expectTrue(t.runtime.monotonicMs() - startMs < 50, 'It waited on');
    },
    ['faults', 'virtualTime'],
  ),
];
