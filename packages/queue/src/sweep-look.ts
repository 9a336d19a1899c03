import type { QueueApi } from './queue-api.ts';
import { queueNameOf } from './queue-name.ts';
import type { Failure, QueueAttributes, Result } from './queue-service.ts';
import { startStopwatch } from './stopwatch.ts';
import type { SweepMemory } from './sweep-memory.ts';
import { SweepPace } from './sweep-pace.ts';
import { sweepVerdict, type SweepVerdict, type Tags } from './sweep-verdict.ts';

/** An answer that took longer may tell of a time before this process stood still. */
const PROMPT_MS = 5000;
const LOOKS = 3;

export interface SweepLookOptions {
  readonly api: QueueApi;
  readonly memory: SweepMemory;
  readonly signal: AbortSignal;
}

/** The tags of a queue and what they say, at the moment at which they were read. */
export interface Look {
  readonly kind: 'ok';
  readonly tags: Tags;
  readonly verdict: SweepVerdict;
}

/** How one sweep looks at queues: at the account's expense, and so seldom and not twice without need. */
export class SweepLook {
  readonly pace: SweepPace;
  readonly #options: SweepLookOptions;
  /** By URL, of this sweep. */
  readonly #known = new Map<string, Look>();

  constructor(options: SweepLookOptions) {
    this.#options = options;
    this.pace = new SweepPace(options.api, options.signal);
  }

  get ended(): boolean {
    return this.#options.signal.aborted;
  }

  async list(prefix: string): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    const { api, memory, signal } = this.#options;
    const listed = await this.pace.call(() => api.listQueues(prefix, { signal }));
    if (listed.kind === 'ok') memory.keepOnly(new Set(listed.queueUrls.map(queueNameOf)));
    return listed;
  }

  /** As it was seen before in this sweep, or now. */
  async tagsOf(queueUrl: string): Promise<Look | Failure> {
    return this.#known.get(queueUrl) ?? this.tagsNow(queueUrl);
  }

  /** As the service says right now: not as it said before a pause of ours. */
  async tagsNow(queueUrl: string): Promise<Look | Failure> {
    const { api, signal } = this.#options;
    for (let look = 1; ; look += 1) {
      const read = await this.pace.tagCall(async () => {
        const sinceAskedMs = startStopwatch(api.runtime);
        const answer = await api.listQueueTags({ queueUrl, signal });
        return answer.kind === 'ok' ? { ...answer, tookMs: sinceAskedMs() } : answer;
      });
      if (read.kind !== 'ok') return read;
      if (read.tookMs <= PROMPT_MS) {
        return this.#seen(queueUrl, read.tags, read.serviceTimeMs ?? api.serviceNowMs());
      }
      if (look === LOOKS) return { kind: 'unknown', error: 'ListQueueTags answers too slowly' };
    }
  }

  async attributesOf(queueUrl: string): Promise<Result<{ readonly attributes: QueueAttributes }>> {
    const { api, signal } = this.#options;
    return this.pace.call(() => api.getQueueAttributes(queueUrl, { signal }));
  }

  #seen(queueUrl: string, tags: Tags, serviceNowMs: number): Look {
    const { api, memory } = this.#options;
    const verdict = sweepVerdict(tags, serviceNowMs);
    const look: Look = { kind: 'ok', tags, verdict };
    this.#known.set(queueUrl, look);
    if (verdict.kind === 'fresh' || verdict.kind === 'idle') {
      const queue = queueNameOf(queueUrl);
      const nowMs = api.runtime.monotonicMs();
      // What was lately fresh stays so in memory until it may be deleted.
      const freshMs = memory.freshAtMs(queue) ?? -Infinity;
      const stillFresh = verdict.kind === 'idle' && nowMs - freshMs < verdict.retentionMs / 2;
      if (!stillFresh) memory.note(queue, verdict.kind, nowMs);
    }
    return look;
  }
}
