import { defineContract, mutation, query, task } from '@replyq/contract';
import type { Transport } from '@replyq/contract/transport';
import { test } from 'vitest';
import { z } from 'zod';
import { ensureQueues } from './ensure-queues.ts';

declare const transport: Transport;
const send = task({ input: z.object({ to: z.string() }), output: z.object({ id: z.string() }) });
const ping = mutation({ errors: { late: z.object({ byMs: z.number() }), gone: true } });
const report = task({ progress: z.number() });
const mail = defineContract('mail', { send, nested: { ping, report, ask: query() } });

test('contracts and set-ups may be given, in one list', () => {
  void (() => ensureQueues(transport, [mail]));
  void (() => ensureQueues(transport, [mail, { queue: 'other', contract: mail, retentionMs: 3 }]));
  const queues = [{ queue: 'other' }] as const;
  void (() => ensureQueues(transport, queues));
});

test('what is neither is refused', () => {
  // @ts-expect-error: misspelt.
  void (() => ensureQueues(transport, [{ queue: 'mail', contract: mail, retentonMs: 3 }]));
  // @ts-expect-error: not in a list.
  void (() => ensureQueues(transport, mail));
  // @ts-expect-error: a name.
  void (() => ensureQueues(transport, ['mail']));
  // @ts-expect-error: no queue.
  void (() => ensureQueues(transport, [{ queu: 'mail' }]));
  // @ts-expect-error: no contract.
  void (() => ensureQueues(transport, [{ queue: 'mail', contract: { send: 3 } }]));
});
