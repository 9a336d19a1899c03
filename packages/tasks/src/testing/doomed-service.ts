// A queue service whose process dies at its n-th call, or whose caller gives up then.
import type { QueueService } from '@replyq/queue';

export type Doom =
  /** The request never leaves. */
  | 'before'
  /** The request takes effect; nobody is there for its answer. */
  | 'after';

/** From call number `at` on (from 1) nothing is answered any more: the process is gone. */
export function doomedService(
  inner: QueueService,
  at: number,
  doom: Doom,
): { readonly service: QueueService; readonly died: Promise<void>; readonly calls: () => number } {
  let calls = 0;
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  const service = countedService(inner, async (call) => {
    calls += 1;
    if (calls < at) return call();
    if (calls === at && doom === 'after') await call();
    die();
    return new Promise<never>(() => undefined);
  });
  return { service, died, calls: () => calls };
}

/** Calls `abort` as the n-th call begins. */
export function interruptedService(
  inner: QueueService,
  at: number,
  abort: () => void,
): { readonly service: QueueService; readonly calls: () => number } {
  let calls = 0;
  const service = countedService(inner, async (call) => {
    calls += 1;
    if (calls === at) abort();
    return call();
  });
  return { service, calls: () => calls };
}

function countedService(
  inner: QueueService,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): QueueService {
  return new Proxy<QueueService>(inner, {
    get: (target, name: keyof QueueService) => {
      const own = target[name];
      if (typeof own !== 'function' || name === 'checkHost') return own;
      const bound = own.bind(target) as (request: unknown) => Promise<unknown>;
      return (request: unknown) => around(() => bound(request));
    },
  });
}
