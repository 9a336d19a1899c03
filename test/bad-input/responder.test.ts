import { afterAll, beforeAll, describe, test } from 'vitest';
import { cases, type Case } from './catalogue.ts';
import { expectAccepted, expectRefusal, expectUnharmed } from './expect-aftermath.ts';
import { openContractStage, type ServingStage } from './serving-stage.ts';
import { watchPrototypes, watchRejections } from './unharmed.ts';

let stage: ServingStage;
let expectPrototypes: () => void;
let expectNoRejections: () => void;

beforeAll(async () => {
  expectPrototypes = watchPrototypes();
  expectNoRejections = watchRejections();
  stage = await openContractStage();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  expectNoRejections();
});

/** Three times: what a first one spoils, the second shows. */
async function meet(row: Case, content: 'json' | 'superjson' | 'trpc'): Promise<void> {
  for (let time = 1; time <= 3; time += 1) {
    const aftermath = await stage.serve(row, content);
    expectUnharmed(aftermath, stage);
    expectPrototypes();
    if (row.expect === 'OK') expectAccepted(row, aftermath);
    else expectRefusal(row, aftermath);
  }
}

const served = cases.filter(({ side }) => side === 'responder');
const shared = cases.filter(({ side }) => side === 'both');

describe('a responder meets a message with', () => {
  for (const row of served) test(`${row.id} ${row.name} → ${row.expect}`, () => meet(row, 'json'));
});

describe('a responder meets superjson with', () => {
  for (const row of shared)
    test(`${row.id} ${row.name} → ${row.expect}`, () => meet(row, 'superjson'));
});

describe('a responder that serves a contract meets tRPC content with', () => {
  for (const row of shared) test(`${row.id} ${row.name} → ${row.expect}`, () => meet(row, 'trpc'));
});
