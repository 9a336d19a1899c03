import type { Observer, Runtime, Transport } from '@replyq/contract/transport';
import {
  createResponder,
  memoryReplyStore,
  type ReplyStore,
  type Responder,
} from '@replyq/responder';
import { ROUTER_QUEUE } from './caller.ts';
import { soak } from './contract.ts';
import { echo, place, wait } from './handlers.ts';
import { router } from './router.ts';

/** What a lost answer to a receive took with it comes back after this long, within the deadline of its calls. */
export const VISIBILITY_MS = 2000;

/** A run that closing cuts short is given back: its caller is answered by another responder. */
const DRAIN_MS = 500;

/** More than wait at once in handlers that take their time. */
const CONCURRENCY = 512;

export interface Serving {
  readonly transport: Transport;
  readonly observer: Observer;
  /** Outlives its responders. */
  readonly replyStore: ReplyStore;
}

/**
 * The one place for what responders remember of runs: so little that it is full before the first
 * reading, and then weighs the same after each window.
 */
export function openReplyStore(runtime: Runtime): ReplyStore {
  return memoryReplyStore({ runtime, maxBytes: 1_000_000 });
}

const settings = {
  create: true,
  concurrency: CONCURRENCY,
  visibilityMs: VISIBILITY_MS,
  drainMs: DRAIN_MS,
  graceMs: 1000,
};

export function serveContract(serving: Serving): Responder {
  return createResponder({
    ...serving,
    ...settings,
    contract: soak,
    handlers: {
      echo: ({ input }) => echo(input),
      fails: ({ errors, input: { declared, id } }) => {
        if (declared) throw errors.refused({ id });
        throw new Error(`${id} fails`);
      },
      orders: {
        place: ({ input }) => place(input),
        wait: ({ input, signal }) => wait(input, signal),
      },
    },
  });
}

export function serveRouter(serving: Serving): Responder {
  return createResponder({ ...serving, ...settings, queue: ROUTER_QUEUE, router });
}
