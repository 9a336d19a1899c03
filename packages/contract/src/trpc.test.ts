import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { contractInfo } from './define/contract-info.ts';
import { defineContract } from './define/contract.ts';
import { query } from './define/procedure.ts';
import type { ContractRouter } from './trpc.ts';

test('the schemas of a contract serve a tRPC router that is held to it', async () => {
  const stringToDate = z.string().transform((text) => new Date(text));
  const clock = defineContract('clock', {
    at: { year: query({ input: stringToDate, output: z.number().transform(String) }) },
  });
  const t = initTRPC.create();
  const { input, output } = clock.at.year;
  const year = t.procedure
    .input(input)
    .output(output)
    .query((opts) => opts.input.getUTCFullYear());
  const router = t.router({ at: { year } }) satisfies ContractRouter<typeof clock, false>;
  expect(await router.createCaller({}).at.year('2026-01-01')).toBe('2026');
  expect([...contractInfo(clock).procedures.keys()]).toEqual(['at.year']);
});
