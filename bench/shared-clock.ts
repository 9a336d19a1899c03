/** Milliseconds by a clock that all threads of a process share. `performance.now` has one per thread. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
