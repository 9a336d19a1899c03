/**
 * Resolves when every microtask that is due has run. It must be the real event loop: a fixed
 * number of `await`s breaks silently on a longer chain, and a virtual timer would move time.
 */
export function drain(): Promise<void> {
  return new Promise((resolve) => {
    // oxlint-disable-next-line no-restricted-globals -- see above; it measures no time
    setImmediate(resolve);
  });
}

/**
 * The same within one turn of the event loop, for programs that wait for promises only: Node calls
 * back when the queue of microtasks is empty. What a program itself puts off to a later turn stays.
 */
export function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    // oxlint-disable-next-line no-restricted-properties -- a microtask of its own would be one of those
    process.nextTick(resolve);
  });
}
