// The code on docs/testing.md runs as it stands there.
import { readFileSync } from 'node:fs';
import * as memory from '@replyq/memory';
import * as testing from '@replyq/testing';
import * as replyq from 'replyq';
import { expect, test } from 'vitest';
import { auth } from '../story/auth-contract.ts';

const page = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

/** Runs a block with these names in reach; its imports are taken out, since they are among them. */
async function run(block: string | undefined, names: object, result: string): Promise<unknown> {
  const code = (block ?? '').replaceAll(/^import .*;\n/gm, '');
  const AsyncFunction = Object.getPrototypeOf(run).constructor as FunctionConstructor;
  const body = new AsyncFunction(...Object.keys(names), `${code}\nreturn ${result};`);
  return body(...Object.values(names));
}

const handlers = {
  login: () => new Promise(() => undefined),
  echo: () => undefined,
  slow: () => '',
  fails: () => undefined,
  user: { byId: () => ({ id: 1 }) },
};

test('a program runs on virtual time and leaves nothing behind', async () => {
  const input = { user: 'ann', password: '' };
  const names = { ...replyq, ...testing, auth, expect, handlers, input };
  expect(await run(blocks[0], names, 'error')).toMatchObject({ code: 'TIMEOUT', elapsedMs: 5000 });
});

test('a scripted service fails as it is told', async () => {
  const runtime = testing.createVirtualRuntime();
  const service = await run(blocks[1], { ...memory, ...testing, runtime }, 'service');
  expect(service).toBeInstanceOf(testing.ScriptedQueueService);
});

test('the simulation on the page is the one that is run', () => {
  const program = readFileSync(new URL('simulated-orders.test.ts', import.meta.url), 'utf8');
  const [, shown] = /<!-- example: simulation -->\s*```ts\n([\s\S]*?)```/.exec(page) ?? [];
  expect(shown).toBe(program);
});

test('a failing seed is shrunk as the page says', async () => {
  const system: testing.CallSystem = {
    queues: ['q'],
    openResponder: () => ({ start: async () => undefined, close: async () => undefined }),
    openRequester: () => ({
      call: async () => ({ outcome: 'ok' }),
      close: async () => undefined,
    }),
  };
  const seed = 1;
  const whole = await testing.simulateCalls({ seed, system });
  const isBroken = ({ facts }: testing.SimulatedRun): boolean =>
    facts.some((fact) => fact.kind === 'callSettled' && fact.call === 'c7');
  const block = blocks.find((code) => code.includes('shrink({'));
  expect(await run(block, { ...testing, run: whole, seed, system, isBroken }, 'few')).toEqual([
    'call@c7',
  ]);
});
