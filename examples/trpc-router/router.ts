/**
 * A tRPC router as it is written for HTTP. Nothing in this file knows of queues; `createCaller` and
 * any other adapter serve it as well.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { Decimal } from './decimal.ts';
import { transformer } from './transformer.ts';

export interface Context {
  /** As the caller sent it: an HTTP header there, a call's metadata here. */
  readonly token: string | undefined;
}

const t = initTRPC.context<Context>().create({
  transformer,
  errorFormatter: ({ shape, error: { cause } }) => ({
    ...shape,
    data: {
      ...shape.data,
      fields: cause instanceof z.ZodError ? z.flattenError(cause).fieldErrors : undefined,
    },
  }),
});

const users = new Map([['token-of-ann', { name: 'ann' }]]);

const authed = t.procedure.use(({ ctx, next }) => {
  const user = ctx.token === undefined ? undefined : users.get(ctx.token);
  if (user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Who are you?' });
  return next({ ctx: { user } });
});

const Invoice = z.object({
  customer: z.string().min(1),
  number: z.bigint(),
  due: z.date(),
  tags: z.set(z.string()),
  lines: z.map(z.string(), z.instanceof(Decimal)),
  note: z.string().optional(),
});

const invoices = t.router({
  create: authed.input(Invoice).mutation(({ ctx, input }) => ({
    ...input,
    by: ctx.user.name,
    total: [...input.lines.values()].reduce((sum, line) => sum.plus(line), new Decimal(0n)),
    paid: undefined,
  })),

  archive: authed.mutation(() => {
    throw new Error('connect ECONNREFUSED archive.internal:5432');
  }),
});

let rateCalls = 0;

const rates = t.router({
  /** Not there when it is asked for the first time. */
  euro: t.procedure.query(() => {
    rateCalls += 1;
    if (rateCalls === 1) throw new TRPCError({ code: 'SERVICE_UNAVAILABLE' });
    return new Decimal(108n);
  }),
});

const reports = t.router({
  yearly: authed.query(async ({ ctx, signal }) => {
    await sleep(2000, undefined, signal === undefined ? {} : { signal });
    return { by: ctx.user.name };
  }),
});

export const appRouter = t.router({
  health: t.procedure.query(() => 'ok' as const),
  invoices,
  rates,
  reports,
});

export type AppRouter = typeof appRouter;
