import type { Violation } from '@replyq/testing';
import { textOf } from './thread-work.ts';

export interface Watched<T> {
  readonly value: T;
  /** Rejections that nobody has handled: I3. */
  readonly strays: readonly Violation[];
}

/** Does `work`, and sees what it lets fail unheard. */
export async function watchStrays<T>(work: () => Promise<T>): Promise<Watched<T>> {
  const strays: Violation[] = [];
  const onStray = (cause: unknown): void => {
    const message = `A rejection that nobody handles: ${textOf(cause)}`;
    strays.push({ invariant: 'I3', message, atMs: 0 });
  };
  process.on('unhandledRejection', onStray);
  try {
    const value = await work();
    // By then the platform has told what was unhandled.
    await new Promise((resolve) => void setImmediate(resolve));
    return { value, strays };
  } finally {
    process.off('unhandledRejection', onStray);
  }
}
