import { TransientSet, type Runtime, type Timer } from '@replyq/contract/transport';

export interface EntryBatcherOptions<T> {
  readonly runtime: Runtime;
  readonly maxEntries: number;
  /** How long an entry may wait for company. 0: until the microtask turn ends. */
  readonly lingerMs: number;
  /** These have waited longest of too many, and are forgotten. */
  readonly forgotten: (entries: readonly T[]) => void;
  /** Never rejects. */
  readonly send: (entries: readonly T[]) => Promise<void>;
}

/** Batches on their way at once; what comes beyond waits for one of them, and leaves with others. */
const MAX_IN_FLIGHT = 8;
/** Beyond this the service has not answered for long, and the oldest are too late for it anyway. */
const MAX_WAITING = 10_000;
const FORGOTTEN_AT_ONCE = 1000;

/** Collects entries and sends them together: when there are enough, or the first has waited long enough. */
export class EntryBatcher<T> {
  readonly #options: EntryBatcherOptions<T>;
  readonly #sending = new TransientSet<Promise<void>>();
  #waiting: T[] = [];
  /** Of those that wait, from the first: they may leave without more company. */
  #due = 0;
  #timer: Timer | undefined;
  #scheduled = false;

  constructor(options: EntryBatcherOptions<T>) {
    this.#options = options;
  }

  add(entry: T): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MAX_WAITING) this.#forgetOldest();
    const { runtime, lingerMs, maxEntries } = this.#options;
    if (lingerMs === 0) this.#scheduleTurn();
    else if (this.#waiting.length >= maxEntries) this.sendAll();
    else this.#timer ??= runtime.setTimer(lingerMs, () => this.sendAll());
  }

  /** Sends what waits, and resolves when all that is on its way has been answered. */
  async flush(): Promise<void> {
    this.sendAll();
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  /** Forgets what waits, for a queue that is about to be deleted. */
  discard(): void {
    this.#waiting = [];
    this.sendAll();
  }

  #forgetOldest(): void {
    this.#options.forgotten(this.#waiting.splice(0, FORGOTTEN_AT_ONCE));
    this.#due = Math.max(0, this.#due - FORGOTTEN_AT_ONCE);
  }

  #scheduleTurn(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.sendAll());
  }

  /** What waits may leave without more company. */
  sendAll(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#scheduled = false;
    this.#due = this.#waiting.length;
    this.#sendDue();
  }

  #sendDue(): void {
    const { maxEntries, send } = this.#options;
    while (this.#due > 0 && this.#sending.size < MAX_IN_FLIGHT) {
      const entries = this.#waiting.splice(0, maxEntries);
      this.#due = Math.max(0, this.#due - entries.length);
      const sending = send(entries).finally(() => {
        this.#sending.delete(sending);
        this.#sendDue();
      });
      this.#sending.add(sending);
    }
  }
}
