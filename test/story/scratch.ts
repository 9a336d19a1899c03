import { defineContract, mutation, query, isDeclared, safe } from '@replyq/contract';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { memoryTransport } from '@replyq/memory';
import { sqsTransport } from '@replyq/sqs';
import { startLocalSqs } from '@replyq/testing';
import { z } from 'zod';
const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ user: z.string(), password: z.string() }),
    output: z.object({ token: z.string(), at: z.date() }),
    errors: { locked: z.object({ until: z.date() }) },
  }),
  add: query({ input: z.number(), output: z.number() }),
});
const useSqs = process.argv[2] === 'sqs';
const local = useSqs ? await startLocalSqs() : undefined;
const counts: Record<string, number> = {};
const observer = (e: { kind: string; operation?: string }) => {
  if (e.kind === 'apiRequest') counts[e.operation!] = (counts[e.operation!] ?? 0) + 1;
  else if (!/call|handler|replySent/.test(e.kind)) console.log(e);
};
const transport = local
  ? sqsTransport({ clientConfig: local.clientConfig, observer })
  : memoryTransport({ observer });
const responder = createResponder({
  transport,
  contract: auth,
  create: true,
  observer,
  handlers: {
    login: async ({ input, errors }) => {
      if (input.password !== 'x') throw errors.locked({ until: new Date(5) });
      return { token: 'T' + input.user, at: new Date(7) };
    },
    add: ({ input }) => input + 1,
  },
});
await responder.start();
const requester = createRequester({ transport, observer });
const client = requester.client(auth);
console.log(await client.login({ user: 'ann', password: 'x' }));
const { error } = await safe(client.login({ user: 'ann', password: 'y' }));
console.log(
  error?.code,
  error?.declared,
  isDeclared(error, auth.login, 'locked') && error.data.until,
);
console.log((await safe(client.add('a' as never))).error?.code);
let t = performance.now();
for (const k of Object.keys(counts)) delete counts[k];
for (let i = 0; i < 100; i++) await client.add(i);
console.log(
  '100 seq',
  performance.now() - t,
  counts,
  Object.values(counts).reduce((a, b) => a + b, 0) / 100,
);
t = performance.now();
for (const k of Object.keys(counts)) delete counts[k];
const all = await Promise.all(Array.from({ length: 1000 }, (_, i) => client.add(i)));
console.log(
  '1000 par',
  performance.now() - t,
  all.every((v, i) => v === i + 1),
  counts,
);
t = performance.now();
await requester.close();
console.log('requester closed', performance.now() - t);
t = performance.now();
await responder.close();
console.log('responder closed', performance.now() - t);
await transport.close();
await local?.close();
console.log(process.getActiveResourcesInfo());
