/**
 * Code round a call, on either side. It may look, change what goes in or comes out, call `next`
 * again, or not call it at all. What it throws is what the call fails with. Interceptors run in
 * the order given: the first is outermost.
 */
export type Interceptor<TCall> = (
  call: TCall,
  next: (call: TCall) => Promise<unknown>,
) => Promise<unknown>;

/** One function out of many: `last` with each interceptor round it. */
export function intercept<TCall>(
  interceptors: readonly Interceptor<TCall>[],
  last: (call: TCall) => Promise<unknown>,
): (call: TCall) => Promise<unknown> {
  return interceptors.reduceRight<(call: TCall) => Promise<unknown>>(
    (next, interceptor) => async (call) => interceptor(call, next),
    last,
  );
}
