import { initTRPC } from '@trpc/server';
import { Credentials, login, Session } from './login.ts';

const t = initTRPC.create();

/** The call of every bench as a tRPC router, with the schemas of the contract. */
export const loginRouter = t.router({
  login: t.procedure
    .input(Credentials)
    .output(Session)
    .mutation(({ input }) => login(input)),
});

export type LoginRouter = typeof loginRouter;

export const createLoginCaller = t.createCallerFactory(loginRouter);
