import {
  isFifo,
  notify,
  type Outbox,
  type ReplyAddressRule,
  type ReplyRoute,
  type ReplyRouter,
  type ReplyToPolicy,
} from '@replyq/contract/transport';
import { isVirtualQueue, parseReplyAddress, splitReplyAddress } from '@replyq/contract/wire';
import { NOT_YET_MS } from './host-queues.ts';
import type { QueueApi } from './queue-api.ts';
import { fixedPacking, type Packing } from './packing.ts';
import { parseQueueArn, parseQueueUrl, siblingQueueUrl } from './queue-name.ts';
import { QueueOutbox } from './queue-outbox.ts';
import { DEFAULT_REPLY_QUEUE_PREFIX } from './queue-options.ts';
import type { RedriveTarget } from './redrive-target.ts';
import type { RetryBudget } from './retry.ts';

/** Outboxes of reply queues that nobody has replied to for this long are forgotten. */
const FORGET_AFTER_MS = 60_000;

/** Of reply addresses found allowed. Callers choose them, so they are bounded; one more forgets all. */
const MAX_ALLOWED = 1000;

export interface QueueReplyRouterOptions {
  readonly api: QueueApi;
  readonly budget: RetryBudget;
  readonly maxBufferedFrames: number;
  /** Of replies to those who take packed messages; 1: each its own. */
  readonly framesPerMessage: number;
  readonly requestQueueUrl: string;
  /** Of the request queue. */
  readonly deadLetters: RedriveTarget;
  readonly policy: ReplyToPolicy;
  readonly onClose: () => void;
}

/**
 * Judges reply addresses and keeps an outbox for each queue that replies go to. The URL of a reply
 * queue is always built from the request queue's own URL: an address chooses account and name,
 * within the policy, and nothing else.
 */
export class QueueReplyRouter implements ReplyRouter {
  readonly #options: QueueReplyRouterOptions;
  readonly #own: { readonly account: string; readonly name: string };
  /** Host queues that were found allowed, by their URLs as callers write them. */
  readonly #allowed = new Map<string, Outbox>();
  readonly #outboxes = new Map<string, QueueOutbox>();
  readonly #packing: Packing;
  #sweptAtMs: number;
  #closed = false;

  constructor(options: QueueReplyRouterOptions) {
    this.#options = options;
    this.#own = parseQueueUrl(options.requestQueueUrl) ?? { account: '', name: '' };
    this.#packing = fixedPacking(options.framesPerMessage);
    this.#sweptAtMs = options.api.runtime.monotonicMs();
  }

  get deadLetterQueue(): string | undefined {
    return this.#options.deadLetters.ask();
  }

  route(address: string): ReplyRoute {
    const { hostQueueUrl, virtualQueue: virtual } = splitReplyAddress(address);
    const known = this.#allowed.get(hostQueueUrl);
    if (known !== undefined && virtual !== undefined && isVirtualQueue(virtual))
      return { kind: 'route', outbox: known, virtualQueue: virtual };
    return this.#judge(address, hostQueueUrl);
  }

  #judge(address: string, hostQueueUrl: string): ReplyRoute {
    const parsed = parseReplyAddress(address);
    const rule = parsed.kind === 'refused' ? parsed.rule : this.#brokenRule(parsed);
    if (parsed.kind === 'refused' || rule !== undefined) {
      const refusal = rule ?? 'notAnAddress';
      notify(this.#options.api.observer, {
        kind: 'replyAddressRefused',
        queue: this.#own.name,
        rule: refusal,
      });
      return { kind: 'refused', rule: refusal };
    }
    const { account, name, virtualQueue } = parsed;
    // Looked up at each send: a route may outlive an outbox that was forgotten meanwhile.
    const outbox: Outbox = {
      queue: name,
      send: (frame) => this.#outboxOf(account, name).send(frame),
      prepare: () => {},
      heardPacks: () => {},
    };
    if (this.#allowed.size >= MAX_ALLOWED) this.#allowed.clear();
    this.#allowed.set(hostQueueUrl, outbox);
    return virtualQueue === undefined
      ? { kind: 'route', outbox }
      : { kind: 'route', outbox, virtualQueue };
  }

  close(): void {
    this.#closed = true;
    this.#options.onClose();
    for (const outbox of this.#outboxes.values()) outbox.close();
  }

  #brokenRule(address: {
    readonly url: URL;
    readonly account: string;
    readonly name: string;
  }): ReplyAddressRule | undefined {
    const { api, deadLetters, policy } = this.#options;
    const { account, name } = address;
    const host = api.service.checkHost(address.url);
    if (host !== 'ok') return host;
    const ownAccount = account === this.#own.account;
    if (!ownAccount && policy.accounts?.includes(account) !== true) return 'account';
    if (ownAccount && name === this.#own.name) return 'ownQueue';
    const isDead = name === parseQueueArn(deadLetters.arn ?? '')?.name;
    if (ownAccount && isDead) return 'deadLetterQueue';
    if (isFifo(name) && policy.fifo !== true) return 'fifo';
    const prefixes = policy.prefixes ?? [DEFAULT_REPLY_QUEUE_PREFIX];
    const listed =
      policy.queues?.includes(name) === true || prefixes.some((prefix) => name.startsWith(prefix));
    return listed ? undefined : 'prefix';
  }

  #outboxOf(account: string, name: string): QueueOutbox {
    const key = `${account}/${name}`;
    const known = this.#outboxes.get(key);
    if (known !== undefined) return known;
    this.#forgetIdle();
    const { api, budget, maxBufferedFrames, requestQueueUrl } = this.#options;
    const queueUrl = siblingQueueUrl(requestQueueUrl, account, name);
    const outbox = new QueueOutbox({
      api,
      budget,
      queue: name,
      maxBufferedFrames,
      packing: this.#packing,
      resolveUrl: () => Promise.resolve({ kind: 'ok', queueUrl }),
      goneGraceMs: NOT_YET_MS,
    });
    this.#outboxes.set(key, outbox);
    if (this.#closed) outbox.close();
    return outbox;
  }

  #forgetIdle(): void {
    const nowMs = this.#options.api.runtime.monotonicMs();
    if (nowMs - this.#sweptAtMs < FORGET_AFTER_MS / 6) return;
    this.#sweptAtMs = nowMs;
    for (const [key, outbox] of this.#outboxes) {
      const idleSinceMs = outbox.idleSinceMs();
      if (idleSinceMs !== undefined && nowMs - idleSinceMs > FORGET_AFTER_MS)
        this.#outboxes.delete(key);
    }
  }
}
