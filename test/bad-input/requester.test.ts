import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAskingStage, type Caller, type Ending, type ReplyAftermath } from './asking-stage.ts';
import { cases, valueOfRow, type Answer, type Case } from './catalogue.ts';
import { watchPrototypes, watchRejections } from './unharmed.ts';

/** SQS, body and attributes. */
const LIMIT_BYTES = 1_048_576;

let expectPrototypes: () => void;
let expectNoRejections: () => void;

beforeAll(() => {
  expectPrototypes = watchPrototypes();
  expectNoRejections = watchRejections();
});

afterAll(() => expectNoRejections());

/** As a reply, what a responder would refuse is BAD_REPLY. */
function answerOf(row: Case): Answer {
  if (row.side !== 'both') return row.expect;
  return row.expectReply ?? (row.expect === 'OK' ? 'OK' : 'BR');
}

async function meet(row: Case, caller: Caller): Promise<void> {
  await using stage = await openAskingStage();
  const aftermath = await stage.ask(row, caller);
  expectPrototypes();
  expect(aftermath.neighbour).toEqual({ kind: 'value', value: 'for the neighbour' });
  expect(aftermath.pending).toBe(0);
  expect(aftermath.sendsAfterReply).toBe(0);
  expectAnswer(row, answerOf(row), aftermath, caller);
}

function expectAnswer(row: Case, answer: Answer, aftermath: ReplyAftermath, caller: Caller): void {
  const { ending, left } = aftermath;
  const waits = answer === 'IGNORED' || answer === 'RELEASED';
  expect(left).toBe(answer === 'RELEASED' ? 1 : 0);
  // The honest reply to a call that has ended is one more that nobody waits for.
  expect(droppedOf(aftermath)).toBe((row.dropped ?? 0) + (waits ? 0 : 1));
  if (waits) {
    expect(ending).toEqual({ kind: 'open' });
    expect(aftermath.finally).toMatchObject({ kind: 'value', value: 'honest' });
    return;
  }
  if (answer === 'OK') expectValue(row, ending, caller);
  else expectError(row, answer, ending);
}

function expectValue(row: Case, ending: Ending, caller: Caller): void {
  if (ending.kind !== 'value') return expect.fail(`ended as ${JSON.stringify(ending)}`);
  const { value } = ending;
  if (row.large === true) return;
  if (row.errorValue === undefined) return expect(value).toEqual(valueOfRow(row));
  expect(value).toBeInstanceOf(Error);
  const { message, name, stack } = value as Error;
  expect({ message, name }).toEqual(row.errorValue);
  expect(value).not.toHaveProperty('isAdmin');
  // A link's transformer makes the Error itself, of one whose stack was taken out.
  expect(stack).toBe(caller === 'link' ? undefined : `${name}: ${message}`);
}

function expectError(row: Case, answer: Answer, ending: Ending): void {
  if (ending.kind !== 'error') return expect.fail(`ended as ${JSON.stringify(ending)}`);
  const { error } = ending;
  expect(error.message.length).toBeLessThan(10_000);
  if (answer === 'BR')
    expect(error).toMatchObject({ code: 'BAD_REPLY', origin: 'local', maybeExecuted: true });
  else expect(error).toMatchObject({ origin: 'remote', ...row.error });
}

function droppedOf({ events }: ReplyAftermath): number {
  return events.filter(({ kind }) => kind === 'replyDropped').length;
}

const replies = cases.filter(({ side }) => side === 'requester');
const shared = cases.filter(({ side }) => side === 'both');
const asReply = (row: Case, content: string): Case => ({
  ...row,
  message: { ...row.message, header: { content } },
});

describe("a contract's client meets", () => {
  for (const row of replies) {
    test(`${row.id} ${row.name} → ${row.expect}`, () => meet(row, row.caller ?? 'contract'));
  }
});

describe("a contract's client meets as a result in superjson", () => {
  for (const row of shared) {
    test(`${row.id} ${row.name} → ${answerOf(row)}`, () =>
      meet(asReply(row, 'superjson'), 'contract'));
  }
});

describe('a tRPC link with superjson meets as a result', () => {
  for (const row of shared) {
    test(`${row.id} ${row.name} → ${answerOf(row)}`, () => meet(asReply(row, 'trpc'), 'link'));
  }
});

test('B10 a request at the limit of a message leaves; with a byte more it surely did not', async () => {
  await using stage = await openAskingStage();
  const { bytes: least = 0 } = await stage.send('');
  const atLimit = await stage.send('x'.repeat(LIMIT_BYTES - least));
  expect(atLimit).toEqual({ ending: { kind: 'open' }, bytes: LIMIT_BYTES });
  const { bytes, ending } = await stage.send('x'.repeat(LIMIT_BYTES - least + 1));
  expect(bytes).toBeUndefined();
  expect(ending).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE', maybeExecuted: false } });
});
