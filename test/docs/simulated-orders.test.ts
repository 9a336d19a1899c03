import { judge, simulateCalls, type CallSystem, type SimulatedRun } from '@replyq/testing';
import {
  createRequester,
  createResponder,
  defineContract,
  memoryTransport,
  mutation,
  safe,
  type HandlersOf,
  type IncomingCall,
} from 'replyq';
import { expect, test } from 'vitest';
import { z } from 'zod';

// What is to be tried: a contract, and handlers with a database behind them.
const orders = defineContract('orders', {
  place: mutation({
    input: z.object({ orderId: z.string() }),
    output: z.object({ orderId: z.string() }),
  }),
});

type Insert = (orderId: string) => Promise<void>;

const handlersOf = (insert: Insert): HandlersOf<typeof orders, object> => ({
  place: async ({ input }) => {
    await insert(input.orderId);
    return input;
  },
});

// The same settings for the responder, and for the oracles, which measure by them.
const SETTINGS = { concurrency: 8, graceMs: 5000, waitMs: 20_000 };
const BOUNDS = {
  ...SETTINGS,
  slackMs: 250,
  probeMs: 15_000,
  maxSends: 20,
  sharedStore: false,
};

// How a process of it is made. `host` is its world: clock, timers, randomness and the queue service.
const systemOver = (table: Set<string>): CallSystem => ({
  queues: ['orders'],
  openResponder: (host) => {
    const transport = memoryTransport(host);
    // The database is another machine: late, out of reach, or done and nobody hears of it.
    const insert: Insert = (orderId) => host.reach('insert', () => void table.add(orderId));
    const { place } = handlersOf(insert);
    const responder = createResponder({
      transport,
      contract: orders,
      createContext: (call: IncomingCall) => call,
      handlers: {
        place: async (entered) => {
          // Takes as long as this call's plan says, and writes the run into the history.
          const { call, idempotencyKey, metadata } = entered.ctx;
          await host.run({
            call: metadata['call'] ?? '',
            callId: call.callId ?? '',
            input: JSON.parse(metadata['planned'] ?? ''),
            idempotencyKey,
            idempotent: false,
            signal: entered.signal,
          });
          return place(entered);
        },
      },
      ...SETTINGS,
    });
    return {
      start: () => responder.start(),
      close: async () => {
        await responder.close();
        await transport.close();
      },
    };
  },
  openRequester: (host) => {
    const transport = memoryTransport(host);
    const requester = createRequester({ transport });
    const client = requester.client(orders);
    return {
      call: async ({ call, timeoutMs }, planned, signal) => {
        const { data, error } = await safe(
          client.place(
            { orderId: call },
            {
              timeoutMs,
              metadata: { call, planned: JSON.stringify(planned) },
              ...(signal === undefined ? {} : { signal }),
            },
          ),
        );
        if (error !== null) return { outcome: error.code, maybeExecuted: error.maybeExecuted };
        // The oracles know a call's own answer by its subject.
        const { subject, work } = planned;
        const own = data.orderId === call;
        const value = { subject: own ? subject : 'not its own', bulk: 'x'.repeat(work.replyChars) };
        return { outcome: 'ok', value };
      },
      close: async () => {
        await requester.close();
        await transport.close();
      },
    };
  },
});

/** Our own promise: an order that was confirmed stands in the table. */
function lostOrdersOf({ facts }: SimulatedRun, table: ReadonlySet<string>): readonly unknown[] {
  return facts.filter(
    (fact) => fact.kind === 'callSettled' && fact.outcome === 'ok' && !table.has(fact.call),
  );
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))('seed %d breaks nothing', async (seed) => {
  const table = new Set<string>();
  const run = await simulateCalls({ seed, system: systemOver(table) });
  expect(judge(run.facts, BOUNDS)).toEqual([]);
  expect(lostOrdersOf(run, table)).toEqual([]);
  expect(table.size).toBeGreaterThan(0);
});
