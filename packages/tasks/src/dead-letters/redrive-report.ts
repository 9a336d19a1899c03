/** Why an entry that was chosen stays in the dead-letter queue. */
export type DeadLetterKeepReason =
  /** Several queues use the dead-letter queue, and the failure names none of them; or none may be known. */
  | 'no source'
  /** A call whose caller has stopped waiting: nobody would hear the reply. */
  | 'caller gone'
  /** One of several in a message that cannot be taken apart, and not all of them were chosen. */
  | 'indivisible'
  /** FIFO: an earlier message of its group stays. */
  | 'group waits'
  /** The service refused it; `error` says how. */
  | 'failed';

export interface KeptDeadLetter {
  readonly messageId: string;
  readonly frame: number;
  readonly reason: DeadLetterKeepReason;
  readonly error?: string;
}

export type RedriveEnd =
  /** Nothing was left. */
  | 'empty'
  /** What is left came after the start. */
  | 'onlyNew'
  /**
   * FIFO: what was passed over, kept or not deleted locks its groups, and what is behind it cannot be seen. Ask
   * again with a filter that chooses it, or without one.
   */
  | 'groupsLocked'
  /** As many as were asked for. */
  | 'max'
  /** More messages were passed over, kept or not deleted than a run remembers (50,000). */
  | 'full'
  | 'signal'
  /** Also when what was sent could not be deleted: to go on would double all that is left. */
  | 'failed';

/** What a redrive has done. Entries are counted: a message that carries several counts for each. */
export interface RedriveReport {
  /** The dead-letter queue. */
  readonly queue: string;
  readonly dryRun: boolean;
  /** Whether the service itself moved them. */
  readonly byService: boolean;
  /** Messages in it at the start, approximately. */
  readonly found: number;
  /** With `dryRun`: what would have been. */
  readonly moved: number;
  /** The same by queue. Empty where the service moved each to its own source. */
  readonly movedTo: Readonly<Record<string, number>>;
  /** That `filter` did not choose. */
  readonly passedOver: number;
  /** Chosen, and still there. */
  readonly keptCount: number;
  /** The first 1,000 of them. */
  readonly kept: readonly KeptDeadLetter[];
  /** Entries that were sent, and may be in the dead-letter queue or in their own once more. */
  readonly maybeDoubled: number;
  readonly ended: RedriveEnd;
  /** Of `failed`. */
  readonly error?: string;
}

const MOST_TOLD = 1000;

/** Counts what a run does. */
export class RedriveTally {
  passedOver = 0;
  maybeDoubled = 0;
  #moved = 0;
  #keptCount = 0;
  readonly #movedTo = new Map<string, number>();
  readonly #kept: KeptDeadLetter[] = [];

  get moved(): number {
    return this.#moved;
  }

  get keptCount(): number {
    return this.#keptCount;
  }

  move(queue: string): void {
    this.#moved += 1;
    this.#movedTo.set(queue, (this.#movedTo.get(queue) ?? 0) + 1);
  }

  /** By the service, of which only a count is known. */
  setMoved(count: number, queue: string | undefined): void {
    this.#moved = count;
    if (queue !== undefined) this.#movedTo.set(queue, count);
  }

  keep(letter: KeptDeadLetter): void {
    this.#keptCount += 1;
    if (this.#kept.length < MOST_TOLD) this.#kept.push(letter);
  }

  report(about: {
    readonly queue: string;
    readonly dryRun: boolean;
    readonly byService: boolean;
    readonly found: number;
    readonly ended: RedriveEnd;
    readonly error?: string | undefined;
  }): RedriveReport {
    const { error, ...rest } = about;
    return {
      ...rest,
      moved: this.#moved,
      movedTo: Object.fromEntries(this.#movedTo),
      passedOver: this.passedOver,
      keptCount: this.#keptCount,
      kept: [...this.#kept],
      maybeDoubled: this.maybeDoubled,
      ...(error === undefined ? {} : { error }),
    };
  }
}
