import { initTRPC, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { schemas } from './contract.ts';
import { echo, place, wait } from './handlers.ts';

const t = initTRPC.create({ transformer: superjson });

/** The same procedures for tRPC's client. */
export const router = t.router({
  echo: t.procedure.input(schemas.Note).query(({ input }) => echo(input)),
  fails: t.procedure.input(schemas.Failing).mutation(({ input: { declared, id } }) => {
    if (declared) throw new TRPCError({ code: 'FORBIDDEN', message: `${id} is refused` });
    throw new Error(`${id} fails`);
  }),
  orders: t.router({
    place: t.procedure.input(schemas.Note).mutation(({ input }) => place(input)),
    wait: t.procedure.input(schemas.Wait).query(({ input, signal }) => wait(input, signal)),
  }),
});

export type SoakRouter = typeof router;
