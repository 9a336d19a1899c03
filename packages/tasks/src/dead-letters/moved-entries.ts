import type { ReadDeadLetter } from './read-dead-letters.ts';

/**
 * Knows the entries that a run has moved when they come back as other messages: by the task's id, else by
 * what is in them.
 */
export class MovedEntries {
  readonly #keys = new Set<string>();

  add(entry: ReadDeadLetter): void {
    this.#keys.add(keyOf(entry));
  }

  /** One new entry among others is worth a move of them all. */
  hasAll(entries: readonly ReadDeadLetter[]): boolean {
    return this.#keys.size > 0 && entries.every((entry) => this.#keys.has(keyOf(entry)));
  }
}

/** Of replyq's messages without an id, the time at which they were written tells those with one body apart. */
function keyOf({ frame, letter }: ReadDeadLetter): string {
  const { body, procedure, task } = letter;
  return JSON.stringify(task === undefined ? [procedure, frame.header?.['at'], body] : [task]);
}
