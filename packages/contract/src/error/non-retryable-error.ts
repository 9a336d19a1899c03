const brand: unique symbol = Symbol.for('replyq.NonRetryableError');

/**
 * What a task's handler throws when another run would fail, too: the task goes to the dead-letter
 * queue at once, with this message. To a caller who waits it is an error like another.
 */
export class NonRetryableError extends Error {
  override readonly name = 'NonRetryableError';

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** True also for errors made by another copy of this package. */
  static is(value: unknown): value is NonRetryableError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
