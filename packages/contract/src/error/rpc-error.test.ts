import { expect, it } from 'vitest';
import { RpcError } from './rpc-error.ts';

it('JSON has what an error says, and neither its stack nor its cause', () => {
  const cause = new Error('secret');
  const options = { code: 'TIMEOUT', message: 'too late', queue: 'q', callId: 'c' } as const;
  const error = new RpcError({ ...options, data: { byMs: 3 }, cause });
  const text = JSON.stringify({ error });
  expect(JSON.parse(text)).toEqual({
    error: {
      ...options,
      name: 'RpcError',
      origin: 'local',
      attempt: 1,
      maybeExecuted: false,
      data: { byMs: 3 },
    },
  });
  expect(text).not.toContain('secret');
  expect(Object.keys(error)).not.toContain('toJSON');
});
