import { expect, test } from 'vitest';
import { intercept, type Interceptor } from './interceptor.ts';

const note =
  (name: string, log: string[]): Interceptor<string> =>
  async (call, next) => {
    log.push(`${name} in ${call}`);
    const result = await next(`${call}${name}`);
    log.push(`${name} out`);
    return result;
  };

test('the first interceptor is outermost, and each may change the call', async () => {
  const log: string[] = [];
  const run = intercept([note('a', log), note('b', log)], async (call) => `ran ${call}`);
  expect(await run('-')).toBe('ran -ab');
  expect(log).toEqual(['a in -', 'b in -a', 'b out', 'a out']);
});

test('an interceptor may call next twice, or not at all', async () => {
  let runs = 0;
  const twice: Interceptor<string> = async (call, next) => {
    await next(call);
    return next(call);
  };
  await intercept([twice], async () => (runs += 1))('x');
  expect(runs).toBe(2);
  const never: Interceptor<string> = async () => 'cached';
  expect(await intercept([never], async () => (runs += 1))('x')).toBe('cached');
  expect(runs).toBe(2);
});

test('what an interceptor throws at once is a rejection', async () => {
  const bad: Interceptor<string> = () => {
    throw new Error('no');
  };
  await expect(intercept([bad], async () => 1)('x')).rejects.toThrow('no');
});
