// tRPC content at a router whose transformer is superjson: checked before it is deserialized.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases, type Case } from './catalogue.ts';
import { expectAccepted, expectRefusal, expectUnharmed } from './expect-aftermath.ts';
import { openRouterStage, type Aftermath, type ServingStage } from './serving-stage.ts';
import { watchPrototypes, watchRejections } from './unharmed.ts';

let stage: ServingStage;
let expectPrototypes: () => void;
let expectNoRejections: () => void;

beforeAll(async () => {
  expectPrototypes = watchPrototypes();
  expectNoRejections = watchRejections();
  stage = await openRouterStage();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  expectNoRejections();
});

async function serve(row: Case): Promise<Aftermath> {
  const aftermath = await stage.serve(row, 'trpc');
  expectUnharmed(aftermath, stage);
  expectPrototypes();
  return aftermath;
}

describe('a router meets', () => {
  for (const row of cases.filter(({ side }) => side === 'both')) {
    test(`${row.id} ${row.name} → ${row.expect}`, async () => {
      for (let time = 1; time <= 3; time += 1) {
        const aftermath = await serve(row);
        if (row.expect === 'OK') expectAccepted(row, aftermath);
        else expectRefusal(row, aftermath);
      }
    });
  }
});

const paths = cases.filter(
  ({ id, message }) => /^P(?:\d|1[0-5])$/.test(id) && message.procedure !== undefined,
);

describe('a router meets the path', () => {
  for (const row of paths) {
    test(`${row.id} ${row.name} → ${row.expect}`, async () => {
      for (let time = 1; time <= 3; time += 1) expectRefusal(row, await serve(row));
    });
  }
});

describe('a router with more than queries', () => {
  const row = (name: string, procedure: string, expect: Case['expect']): Case => ({
    id: 'P16',
    side: 'responder',
    name,
    expect,
    message: { procedure },
  });

  test('refuses a subscription that is called as a query', async () => {
    const refused = row('a subscription as a query', 'ticks', 'METHOD_NOT_SUPPORTED');
    expectRefusal(refused, await serve(refused));
  });

  test('does not take the beginning of a lazy router for it', async () => {
    for (const path of ['adm', 'admin2.audit', '__proto__.admin']) {
      const refused = row(path, path, 'NF');
      expectRefusal(refused, await serve(refused));
    }
  });

  test('asks a lazy router for what it may have, and runs nothing if it has not', async () => {
    for (const path of ['admin', 'admin.aud', 'admin.audit.more', 'admin.__proto__']) {
      const { left, replies, runs } = await serve(row(path, path, 'NF'));
      expect({ left, runs }).toEqual({ left: 0, runs: 0 });
      expect(replies, path).toMatchObject([{ error: { code: 'NOT_FOUND' } }]);
    }
    const { replies } = await serve(row('there', 'admin.audit', 'OK'));
    expect(replies).toMatchObject([{ kind: 'result', value: 'audited' }]);
  });

  // tRPC remembers a failed load for as long as the router lives.
  test('answers for a lazy router that could not be loaded, each time', async () => {
    for (let time = 1; time <= 3; time += 1) {
      const { left, replies, runs } = await serve(row('flaky', 'flaky.audit', 'OK'));
      expect({ left, runs }).toEqual({ left: 0, runs: 0 });
      expect(replies).toMatchObject([{ error: { code: 'INTERNAL_SERVER_ERROR' } }]);
    }
  });
});
