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
