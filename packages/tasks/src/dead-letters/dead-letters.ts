import {
  inRange,
  integerInRange,
  type Observer,
  type QueueRef,
  type Runtime,
  type Transport,
} from '@replyq/contract/transport';
import { queueAccess, type QueueService } from '@replyq/queue';
import { neverAborted } from '../patience.ts';
import { refuseUnknown } from '../refused.ts';
import type { DeadLetter } from './dead-letter.ts';
import {
  attributesOf,
  findDeadLetterQueue,
  type FoundDeadLetterQueue,
} from './dead-letter-queue.ts';
import { listDeadLetters } from './list-dead-letters.ts';
import { assertPurgeOptions, purge, type PurgeOptions, type PurgeReport } from './purge.ts';
import { redrive } from './redrive.ts';
import { resolveRedriveOptions, type RedriveOptions } from './redrive-options.ts';
import type { RedriveReport } from './redrive-report.ts';

export interface DeadLettersOptions {
  /**
   * Takes the queue for a dead-letter queue although no redrive policy names it, as when the queue that
   * used it was deleted. A redrive needs `to`, then. Default false.
   */
  readonly orphan?: boolean;
  /**
   * How long what was read stays hidden if this process dies: 5 s to 12 h. Longer than it takes to move ten
   * messages, repetitions included. Default 120 s.
   */
  readonly visibilityMs?: number;
  /** Of a service: default the platform's. A transport has its own. */
  readonly runtime?: Runtime;
  /** Of a service. A transport has its own. */
  readonly observer?: Observer;
}

export interface ListDeadLettersOptions {
  /** Ends the list; what was read is given back. */
  readonly signal?: AbortSignal;
}

export interface PeekOptions extends ListDeadLettersOptions {
  /** Entries, 1 to 1,000. Default 10. */
  readonly max?: number;
}

export interface DeadLetterQueueInfo {
  readonly name: string;
  readonly fifo: boolean;
  /** The queues whose redrive policies name it, by name; undefined: who asks may not know. */
  readonly sources: readonly string[] | undefined;
  /** Messages, approximately. */
  readonly visible: number;
  readonly inFlight: number;
}

/** The dead letters of one queue. Nothing is kept open: there is nothing to close. */
export interface DeadLetters {
  /** Which queue it is, whose, and how many messages are in it. */
  find(): Promise<DeadLetterQueueInfo>;
  /**
   * Some entries. They stay in the queue: hidden while this looks, visible again afterwards. Each look counts
   * as a receive, which cannot be taken back. Of a FIFO queue no more than the first of each group.
   */
  peek(options?: PeekOptions): Promise<readonly DeadLetter[]>;
  /** Each entry once, hidden until the iteration ends. Like {@link peek}. */
  list(options?: ListDeadLettersOptions): AsyncIterable<DeadLetter>;
  /**
   * Moves entries back to where they came from, as new tasks that have not been tried. At least once: a run
   * that is interrupted anywhere loses nothing, can be run again, and doubles at most what was under way.
   */
  redrive(options?: RedriveOptions): Promise<RedriveReport>;
  /** Deletes all, also what arrives within a minute. */
  purge(options: PurgeOptions): Promise<PurgeReport>;
}

const OPTIONS: Readonly<Record<keyof DeadLettersOptions, true>> = {
  orphan: true,
  visibilityMs: true,
  runtime: true,
  observer: true,
};
const DEFAULT_VISIBILITY_MS = 120_000;
const DEFAULT_PEEK = 10;
const MOST_PEEKED = 1000;

/**
 * The dead letters of `queue`, which is a dead-letter queue, or has one by its redrive policy. The source
 * stays open. Each method looks the queue up, and rejects with an `RpcError`: BAD_REQUEST where it
 * is neither, NOT_FOUND and FORBIDDEN as the service says, BAD_REQUEST for an option out of range.
 *
 * @throws RpcError BAD_REQUEST for a transport that is not queue-backed, and an option out of range.
 */
export function deadLetters(
  source: Transport | QueueService,
  queue: QueueRef,
  options: DeadLettersOptions = {},
): DeadLetters {
  refuseUnknown('deadLetters', options, OPTIONS);
  const access = queueAccess(source, 'deadLetters', options);
  const visibilityMs = inRange(
    'visibilityMs',
    options.visibilityMs ?? DEFAULT_VISIBILITY_MS,
    5000,
    43_200_000,
  );
  const find = (): Promise<FoundDeadLetterQueue> =>
    findDeadLetterQueue(access, queue, { orphan: options.orphan ?? false, visibilityMs });

  async function* list({ signal = neverAborted() }: ListDeadLettersOptions = {}): AsyncGenerator<
    DeadLetter,
    void,
    undefined
  > {
    yield* listDeadLetters(access, await find(), { signal, max: Infinity });
  }

  return {
    async find() {
      const { fifo, name, queueUrl, sources } = await find();
      const { inFlightCount, visibleCount } = await attributesOf(access, queueUrl);
      return {
        name,
        fifo,
        sources: sources?.map((source) => source.name),
        visible: visibleCount,
        inFlight: inFlightCount,
      };
    },
    async peek({ max = DEFAULT_PEEK, signal = neverAborted() } = {}) {
      integerInRange('max', max, 1, MOST_PEEKED);
      const letters: DeadLetter[] = [];
      for await (const letter of listDeadLetters(access, await find(), { signal, max })) {
        if (letters.push(letter) === max) break;
      }
      return letters;
    },
    list,
    async redrive(redriveOptions = {}) {
      const resolved = resolveRedriveOptions(redriveOptions);
      return redrive(access, await find(), resolved);
    },
    async purge(purgeOptions) {
      assertPurgeOptions(purgeOptions);
      return purge(access, await find(), purgeOptions);
    },
  };
}
