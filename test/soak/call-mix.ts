import { isDeclared, RpcError } from '@replyq/contract';
import type { CallOptions } from '@replyq/requester';
import { TRPCClientError } from '@trpc/client';
import type { Caller } from './caller.ts';
import { soak } from './contract.ts';

/** What came of a call: `OK`, `declared`, or the code of its error. */
export type Outcome = string;

/** One call on its way. */
export interface Attempt {
  readonly answer: Promise<unknown>;
  readonly expected: Outcome;
  /** The signal that was made for this call alone. */
  readonly signal?: AbortSignal;
}

/** Beyond every fault: a call that nothing is the matter with is answered. */
const TIMEOUT_MS = 30_000;
const LATE_TIMEOUT_MS = 100;
/** A little longer than its caller waits. */
const LATE_HANDLER_MS = 130;
const ABORTED_WITHIN_MS = 5;
const TENANTS = 50;

type Kind = (id: number, caller: Caller, mix: CallMix) => Attempt;

/** Shares of a thousand. */
const KINDS: readonly (readonly [share: number, kind: Kind])[] = [
  [430, good((id, { client }, options) => client.echo(noteOf(id), options))],
  [170, good((id, { client }, options) => client.orders.place(noteOf(id), options))],
  [150, good((id, { trpc }, options) => trpc.echo.query(noteOf(id), linkOptions(options)))],
  [90, good((id, { trpc }, options) => trpc.orders.place.mutate(noteOf(id), linkOptions(options)))],
  [20, failing('declared', (id, { client }) => client.fails({ id, declared: true }, LONG))],
  [
    15,
    failing('INTERNAL_SERVER_ERROR', (id, { client }) =>
      client.fails({ id, declared: false }, LONG),
    ),
  ],
  [
    10,
    failing('FORBIDDEN', (id, { trpc }) =>
      trpc.fails.mutate({ id, declared: true }, { context: LONG }),
    ),
  ],
  // Each with a path of its own: nothing may remember what callers make up.
  [5, failing('NOT_FOUND', (id, { untyped }) => untyped.query(`nowhere.n${id}`))],
  [30, late((wait, { client }) => client.orders.wait(wait, LATE))],
  [20, late((wait, { trpc }) => trpc.orders.wait.query(wait, { context: LATE }))],
  [35, aborted((wait, { client }, signal) => client.orders.wait(wait, { ...LONG, signal }))],
  [
    25,
    aborted((wait, { trpc }, signal) => trpc.orders.wait.query(wait, { context: LONG, signal })),
  ],
];

const LONG = { timeoutMs: TIMEOUT_MS };
const LATE = { timeoutMs: LATE_TIMEOUT_MS };

/** Draws calls. Ids, keys, tenants and paths never cease to be new. */
export class CallMix {
  readonly random: () => number;
  /** Never aborts; as many calls share it as programs do that have one signal for their shutdown. */
  readonly shutdown: AbortSignal = new AbortController().signal;
  #lastId = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  begin(caller: Caller): Attempt {
    const id = (this.#lastId += 1);
    let drawn = this.random() * 1000;
    for (const [share, kind] of KINDS) {
      drawn -= share;
      if (drawn < 0) return kind(id, caller, this);
    }
    throw new Error('The shares are fewer than a thousand.');
  }
}

export function outcomeOf(error: unknown): Outcome {
  if (isDeclared(error, soak.fails, 'refused')) return 'declared';
  if (RpcError.is(error)) return error.code;
  if (!(error instanceof TRPCClientError)) return `no RpcError: ${String(error)}`;
  const told: unknown = error.data?.code ?? error.meta?.['code'];
  return String(told);
}

function good(
  call: (id: number, caller: Caller, options: CallOptions) => Promise<{ readonly id: number }>,
): Kind {
  return (id, caller, { random, shutdown }) => {
    const drawn = random();
    const own = drawn < 0.1 ? new AbortController().signal : undefined;
    const signal = own ?? (drawn < 0.4 ? shutdown : undefined);
    const answer = call(id, caller, {
      ...LONG,
      ...(signal === undefined ? {} : { signal }),
      ...(random() < 0.2 ? { idempotencyKey: `key-${id}` } : {}),
      ...(random() < 0.3
        ? { metadata: { tenant: `tenant-${id % TENANTS}`, trace: `t${id}` } }
        : {}),
      ...(random() < 0.01 ? { groupId: `group-${id}` } : {}),
    }).then((answered) => {
      if (answered.id !== id) throw new Error(`The answer to ${id} is that to ${answered.id}.`);
    });
    return { answer, expected: 'OK', ...(own === undefined ? {} : { signal: own }) };
  };
}

function failing(expected: Outcome, call: (id: number, caller: Caller) => Promise<unknown>): Kind {
  return (id, caller) => ({ answer: call(id, caller), expected });
}

interface LateWait {
  readonly id: number;
  readonly ms: number;
  readonly heeds: boolean;
}

function late(call: (wait: LateWait, caller: Caller) => Promise<unknown>): Kind {
  return (id, caller, { random }) => {
    const wait = { id, ms: LATE_HANDLER_MS, heeds: random() < 0.5 };
    return { answer: call(wait, caller), expected: 'TIMEOUT' };
  };
}

function aborted(
  call: (wait: LateWait, caller: Caller, signal: AbortSignal) => Promise<unknown>,
): Kind {
  return (id, caller, { random }) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), random() * ABORTED_WITHIN_MS);
    const { signal } = controller;
    const answer = call({ id, ms: ABORTED_WITHIN_MS * 2, heeds: true }, caller, signal);
    return { answer, expected: 'CANCELLED', signal };
  };
}

function noteOf(id: number): { readonly id: number; readonly text: string } {
  return { id, text: `note ${id}` };
}

/** What tRPC's client takes of the same options. */
function linkOptions({ signal, ...context }: CallOptions) {
  return { context: { ...context }, ...(signal === undefined ? {} : { signal }) };
}
