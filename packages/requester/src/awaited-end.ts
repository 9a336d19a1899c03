/** What the wait for a result has come to. */
export type WaitEnd =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * The end of one wait, at which many may look, now and later. A promise would keep something of each look that was
 * given up, for as long as the wait goes on: this does not.
 */
export class AwaitedEnd {
  /** A reply has come, whatever it says: the task was in its queue. */
  isReplied = false;
  #end: WaitEnd | undefined;
  /** Undefined: nobody looks. */
  #looks: Set<(end: WaitEnd) => void> | undefined;

  /** Undefined: it has not come. */
  get end(): WaitEnd | undefined {
    return this.#end;
  }

  settle(end: WaitEnd): void {
    const looks = this.#looks;
    this.#end = end;
    this.#looks = undefined;
    looks?.forEach((told) => told(end));
  }

  /** `told` is called once, at once if the end has come already. What it returns ends the look. */
  look(told: (end: WaitEnd) => void): () => void {
    if (this.#end !== undefined) {
      told(this.#end);
      return () => undefined;
    }
    const looks = (this.#looks ??= new Set());
    looks.add(told);
    return () => looks.delete(told);
  }
}
