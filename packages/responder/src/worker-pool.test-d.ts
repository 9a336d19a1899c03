// What the compiler promises to whoever shares slots and limits rates.
import { defineContract, mutation } from '@replyq/contract';
import type { Transport } from '@replyq/contract/transport';
import { initTRPC } from '@trpc/server';
import { expectTypeOf } from 'vitest';
import { createResponder } from './create-responder.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

const mail = defineContract('mail', { send: mutation({}) });
const handlers = { send: () => undefined };
const { procedure, router } = initTRPC.create();
declare const transport: Transport;

const rateLimit = { limit: 100, perMs: 1000 };
const pool = createWorkerPool({ concurrency: 64, rateLimit });
expectTypeOf(pool).toEqualTypeOf<WorkerPool>();
expectTypeOf(createWorkerPool()).toEqualTypeOf<WorkerPool>();
expectTypeOf(pool.health().waiting).toEqualTypeOf<number>();

createResponder({ transport, contract: mail, handlers, pool, weight: 3, priority: 1, rateLimit });
const served = router({ send: procedure.mutation(() => 1) });
createResponder({ transport, queue: 'q', router: served, pool, weight: 0.5 });
createResponder({ transport, contract: mail, handlers, rateLimit });

// @ts-expect-error a rate says of how long
createResponder({ transport, contract: mail, handlers, rateLimit: { limit: 100 } });
// @ts-expect-error a rate is no number
createResponder({ transport, contract: mail, handlers, rateLimit: 100 });
// @ts-expect-error a pool is made by createWorkerPool
createResponder({ transport, contract: mail, handlers, pool: { concurrency: 64 } });
// @ts-expect-error Lambda says how many functions run, and how often
createLambdaHandler({ transport, contract: mail, handlers, rateLimit });
// @ts-expect-error and a function has no queue to ask
createLambdaHandler({ transport, contract: mail, handlers, pool });
