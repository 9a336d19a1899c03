import { sleep } from '@replyq/contract/transport';
import type { Failure, QueueAccess, QueueAttributes, Result } from '@replyq/queue';
import { patiently } from '../patience.ts';
import { changesOf, diffAttributes } from './attribute-diff.ts';
import type { PlannedQueue } from './queue-plan.ts';
import type { Wanted } from './wanted-attributes.ts';

/** AWS asks for a second between making a queue and using it. */
const NOT_YET_MS = 500;
const LOOKS = 10;

export interface QueueMakerOptions {
  readonly access: QueueAccess;
  readonly dryRun: boolean;
  readonly update: boolean;
  readonly shortenRetention: boolean;
  readonly signal: AbortSignal;
}

export interface MadeQueue {
  readonly planned: PlannedQueue;
  readonly queueUrl?: string;
  /** As it is now. Absent: it does not exist, or cannot be read. */
  readonly attributes?: QueueAttributes;
}

type There = { readonly queueUrl: string; readonly attributes: QueueAttributes };

/** Brings one queue to what it is to be, as far as that was asked for. */
export class QueueMaker {
  readonly #options: QueueMakerOptions;

  constructor(options: QueueMakerOptions) {
    this.#options = options;
  }

  /** Undefined: there is no such queue. */
  async look(name: string): Promise<There | Failure | undefined> {
    const { access, signal } = this.#options;
    const found = await patiently(access.runtime, signal, () => access.api.getQueueUrl(name));
    if (found.kind === 'gone') return undefined;
    if (found.kind !== 'ok') return found;
    const read = await this.#read(found.queueUrl, 1);
    return read.kind === 'ok' ? { queueUrl: found.queueUrl, attributes: read.attributes } : read;
  }

  /** `there`: as {@link look} found it. Never rejects. */
  async bring(
    { queue, role }: Pick<PlannedQueue, 'queue' | 'role'>,
    there: There | Failure | undefined,
    want: Wanted,
    tags: Readonly<Record<string, string>>,
  ): Promise<MadeQueue> {
    const { access, dryRun, shortenRetention, signal, update } = this.#options;
    if (there !== undefined && 'kind' in there) {
      const nothing = { queue, role, action: 'none' as const, changes: [], done: false };
      return { planned: { ...nothing, error: there.error } };
    }
    const changes = diffAttributes(there?.attributes, want, shortenRetention);
    const about = { queue, role, changes };
    if (there === undefined) {
      if (dryRun) return { planned: { ...about, action: 'create', done: false } };
      const made = await this.#create(queue, want, tags);
      if (made.kind !== 'ok') {
        return { planned: { ...about, action: 'create', done: false, error: made.error } };
      }
      return { ...made, planned: { ...about, action: 'create', done: true } };
    }
    if (changes.length === 0)
      return { ...there, planned: { ...about, action: 'none', done: true } };
    const now = changesOf(want, changes);
    if (!update || Object.keys(now).length === 0) {
      return { ...there, planned: { ...about, action: 'drift', done: true } };
    }
    if (dryRun) return { ...there, planned: { ...about, action: 'update', done: false } };
    const { queueUrl } = there;
    const set = await patiently(access.runtime, signal, () =>
      access.admin.setQueueAttributes({ queueUrl, attributes: now }),
    );
    const failed = set.kind === 'ok' ? {} : { error: set.error };
    const planned = { ...about, action: 'update' as const, done: set.kind === 'ok', ...failed };
    return { ...there, planned };
  }

  /** Says which queues a new dead-letter queue takes from. What went wrong; undefined: nothing. */
  async allow(queueUrl: string, policy: string): Promise<string | undefined> {
    const { access, signal } = this.#options;
    const attributes = { extra: { RedriveAllowPolicy: policy } };
    const set = await patiently(access.runtime, signal, () =>
      access.admin.setQueueAttributes({ queueUrl, attributes }),
    );
    return set.kind === 'ok' ? undefined : set.error;
  }

  async #create(
    name: string,
    attributes: Wanted,
    tags: Readonly<Record<string, string>>,
  ): Promise<Result<There>> {
    const { access, signal } = this.#options;
    const tagged = Object.keys(tags).length === 0 ? {} : { tags };
    const made = await patiently(access.runtime, signal, () =>
      access.api.createQueue({ name, attributes, ...tagged }),
    );
    if (made.kind !== 'ok') return made;
    const read = await this.#read(made.queueUrl, LOOKS);
    return read.kind === 'ok' ? { ...read, queueUrl: made.queueUrl } : read;
  }

  async #read(
    queueUrl: string,
    looks: number,
  ): Promise<Result<{ readonly attributes: QueueAttributes }>> {
    const { access, signal } = this.#options;
    for (let look = 1; ; look += 1) {
      const read = await patiently(access.runtime, signal, () =>
        access.api.getQueueAttributes(queueUrl),
      );
      if (read.kind !== 'gone' || look >= looks || signal.aborted) return read;
      await sleep(access.runtime, NOT_YET_MS, { signal, keepAlive: true });
    }
  }
}
