// How much is done for a row, counted and not timed; timing.mts prints times.
import { decodeValue } from '@replyq/contract/wire';
import superjson from 'superjson';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openAskingStage } from './asking-stage.ts';
import { cases, cook, type Case } from './catalogue.ts';
import { openContractStage, openRouterStage } from './serving-stage.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts how often a row's own body is given to `JSON.parse` from now on. */
function countParses(row: Case): () => number {
  const body = cook(row.message.body ?? '');
  const parse = vi.spyOn(JSON, 'parse');
  return () => parse.mock.calls.filter(([text]) => text === body).length;
}

const counted = cases.filter(({ parses }) => parses !== undefined);

describe('a responder refuses before JSON.parse what is too large or too deep', () => {
  for (const row of counted.filter(({ side }) => side !== 'requester')) {
    test(`${row.id} ${row.name}: parsed ${row.parses} times`, async () => {
      await using stage = await openContractStage();
      const parses = countParses(row);
      // To a procedure that does not send it back, where it would be parsed again.
      await stage.serve({ ...row, large: true }, row.side === 'both' ? 'superjson' : 'json');
      expect(parses()).toBe(row.parses);
    });
  }
});

describe('a requester parses no reply that nobody waits for, or that is too large or too deep', () => {
  for (const row of counted.filter(({ side }) => side !== 'responder')) {
    test(`${row.id} ${row.name}: parsed ${row.parses} times`, async () => {
      await using stage = await openAskingStage();
      const parses = countParses(row);
      const header = row.side === 'both' ? { content: 'superjson' } : row.message.header;
      await stage.ask(
        { ...row, message: { ...row.message, header: header ?? {} } },
        row.caller ?? 'contract',
      );
      expect(parses()).toBe(row.parses);
    });
  }
});

describe('no bigint is made of digits that were not counted', () => {
  for (const row of cases.filter(({ bigints }) => bigints !== undefined)) {
    test(`${row.id} ${row.name}: ${row.bigints} made`, () => {
      const body = cook(row.message.body ?? '');
      const made = vi.spyOn(globalThis, 'BigInt');
      try {
        decodeValue('superjson', body, { direction: 'request' });
      } catch {
        // Refused, as responder.test.ts shows.
      }
      expect(made).toHaveBeenCalledTimes(row.bigints ?? 0);
    });
  }
});

describe("a router's transformer sees only what was checked, without references", () => {
  for (const row of cases.filter(({ side }) => side === 'both')) {
    test(`${row.id} ${row.name} → ${row.expect}`, async () => {
      await using stage = await openRouterStage();
      const deserialize = vi.spyOn(superjson, 'deserialize');
      await stage.serve(row, 'trpc');
      const seen = deserialize.mock.calls.map(([value]) => value);
      // The other is the neighbour's own input.
      const bodies = seen.filter(
        ({ json }) => typeof json !== 'string' || !json.startsWith('call '),
      );
      expect(bodies).toHaveLength(row.expect === 'OK' ? 1 : 0);
      expect(bodies.every(({ meta }) => meta?.referentialEqualities === undefined)).toBe(true);
    });
  }
});
