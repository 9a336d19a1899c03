import { expect, it } from 'vitest';
import { createIdentities } from './identities.ts';

const identity = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 's' });

it('an identity that was refused is asked for anew, once', async () => {
  const asked: unknown[] = [];
  let count = 0;
  const identities = createIdentities(async (options) => {
    asked.push(options?.['forceRefresh']);
    if (options?.['forceRefresh'] === true) count++;
    return identity(`key${count}`);
  });
  const first = await identities.current();
  identities.refuse(first);
  expect(await identities.current()).toMatchObject({ accessKeyId: 'key1' });
  expect(await identities.current()).toMatchObject({ accessKeyId: 'key1' });
  expect(asked).toEqual([undefined, undefined, true, undefined]);
});

it('an identity that was refused late, after another came, forces nothing', async () => {
  let current = identity('old');
  const asked: unknown[] = [];
  const identities = createIdentities(async (options) => {
    asked.push(options?.['forceRefresh']);
    return current;
  });
  const old = await identities.current();
  current = identity('new');
  identities.refuse(old);
  expect(await identities.current()).toMatchObject({ accessKeyId: 'new' });
  expect(asked).toEqual([undefined, undefined]);
});

it('an identity without a key is none', async () => {
  const identities = createIdentities(async () => ({}) as never);
  await expect(identities.current()).rejects.toMatchObject({ name: 'CredentialsProviderError' });
});
