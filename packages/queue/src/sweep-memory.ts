interface Seen {
  readonly kind: 'fresh' | 'idle';
  readonly atMs: number;
}

/** What a sweeper has seen of queues from one sweep to the next. Of queues that are listed no more it forgets all. */
export class SweepMemory {
  readonly #seen = new Map<string, Seen>();

  note(queue: string, kind: Seen['kind'], nowMs: number): void {
    this.#seen.set(queue, { kind, atMs: nowMs });
  }

  wasIdle(queue: string): boolean {
    return this.#seen.get(queue)?.kind === 'idle';
  }

  /** When it was last seen fresh, unless it was seen idle since. */
  freshAtMs(queue: string): number | undefined {
    const seen = this.#seen.get(queue);
    return seen?.kind === 'fresh' ? seen.atMs : undefined;
  }

  keepOnly(queues: ReadonlySet<string>): void {
    for (const queue of this.#seen.keys()) if (!queues.has(queue)) this.#seen.delete(queue);
  }
}
