/**
 * A transport over any SQS-like queue service. What is where:
 *
 *   queue-service.ts       the port below: a dozen operations, tagged results
 *   queue-api.ts           the port with a watchdog and an observer on each operation
 *   queue-directory.ts     name, URL or ARN → URL; owns the found URLs
 *   queue-outbox.ts        sending: owns what waits and what is on its way (outbox-queue.ts cuts batches,
 *                          outbox-entry.ts says what a failure is to a frame, outbox-pause.ts waits)
 *                          (batch-draft.ts fills messages, packing.ts says with how many frames,
 *                          batch-allowance.ts when one more may leave, patience.ts how long it may be kept)
 *   queue-inbox.ts         receiving: owns the polls (poll-pace.ts says how many,
 *                          message-density.ts for how many messages each); holding.ts owns what is held
 *                          (heartbeat.ts extends, settlements.ts deletes and releases, separation.ts
 *                          takes packs apart, group-lanes.ts keeps FIFO order, held-message.ts counts frames)
 *   host-reply-queues.ts   the reply queues of this transport: each is a host-reply-queue.ts, made when
 *                          it is needed (host-live-queue.ts beats, host-queues.ts asks the service),
 *                          or a given-reply-queue.ts; owns the sweeper (sweep.ts has its map)
 *   queue-reply-router.ts  which reply addresses are allowed, and an outbox for each
 *
 * This file owns which outboxes are shared and which queues this process serves.
 */
import {
  type Inbox,
  type InboxOptions,
  inRange,
  integerInRange,
  isFifo,
  type Observer,
  type Outbox,
  type QueueRef,
  type ReplyQueue,
  type ReplyQueueOptions,
  type ReplyRouter,
  type ReplyToPolicy,
  type Runtime,
  sleep,
  systemRuntime,
  type Transport,
} from '@replyq/contract/transport';
import { NOT_YET_MS } from './host-queues.ts';
import { HostReplyQueues } from './host-reply-queues.ts';
import { QueueApi, TRANSPORT_CLOSED } from './queue-api.ts';
import { cannotOpen, QueueDirectory } from './queue-directory.ts';
import { QueueInbox } from './queue-inbox.ts';
import type { TakenPacks } from './queue-inbox-options.ts';
import { NegotiatedPacking } from './packing.ts';
import { giveAccess } from './queue-access.ts';
import { parseQueueArn, queueNameOf } from './queue-name.ts';
import {
  DEFAULT_VISIBILITY_MS,
  DEFAULT_WAIT_MS,
  resolveQueueOptions,
  type QueueTransportOptions,
} from './queue-options.ts';
import { QueueOutbox } from './queue-outbox.ts';
import { QueueReplyRouter } from './queue-reply-router.ts';
import { RedriveTarget } from './redrive-target.ts';
import type { QueueService } from './queue-service.ts';
import { backoffDelayMs, RetryBudget, SEND_BACKOFF } from './retry.ts';
import { Separation } from './separation.ts';
import { makeSweepable } from './sweep-idle-queues.ts';

/** How long the delete of an answered request may wait for company; what waits here runs again if the process dies. */
const REQUEST_ACK_LINGER_MS = 250;

/** Replies to one requester that share a message, at most: what one lost message costs. */
const REPLIES_PER_MESSAGE = 128;

/** SQS counts seconds; without any wait a poll would be a loop that is billed by the turn. */
const MIN_WAIT_MS = 1000;

const ATTRIBUTE_ATTEMPTS = 4;

export interface CreateQueueTransportOptions extends QueueTransportOptions {
  readonly service: QueueService;
  readonly runtime?: Runtime;
  readonly observer?: Observer;
}

/** The transport closes `service` when it is closed. Throws on options out of range. */
export function createQueueTransport(options: CreateQueueTransportOptions): Transport {
  const runtime = options.runtime ?? systemRuntime;
  const { maxBatchBytes, maxMessageBytes } = options.service.limits;
  inRange('limits.maxBatchBytes', maxBatchBytes, maxMessageBytes, Infinity);
  const settings = resolveQueueOptions(options);
  const api = new QueueApi(options.service, runtime, options.observer);
  const budget = new RetryBudget(runtime);
  const directory = new QueueDirectory(api, settings.namespace);
  const { framesPerMessage } = settings.packing;
  const outboxes = new Map<QueueRef, QueueOutbox>();
  const routers = new Set<QueueReplyRouter>();
  const served = new Map<string, Set<() => boolean>>();
  const replyQueues = new HostReplyQueues({ api, directory, settings: settings.replyQueue });
  let closed: Promise<void> | undefined;

  const open = async (
    queue: QueueRef,
    create: boolean,
  ): Promise<{ queueUrl: string; createdNow: boolean }> => {
    // A URL that is known needs no request, which would tell.
    const resolved =
      closed === undefined ? await directory.resolve(queue, create) : TRANSPORT_CLOSED;
    if (resolved.kind !== 'ok') throw cannotOpen(queue, resolved);
    return resolved;
  };

  /** Who may not read attributes has no dead-letter queue, as far as is known; others try again. */
  const attributesOf = async (queueUrl: string): ReturnType<QueueApi['getQueueAttributes']> => {
    for (let attempt = 1; ; attempt += 1) {
      const found = await api.getQueueAttributes(queueUrl);
      const passing = found.kind === 'throttled' || found.kind === 'unknown';
      if (!passing || attempt === ATTRIBUTE_ATTEMPTS) return found;
      await sleep(
        runtime,
        backoffDelayMs(SEND_BACKOFF, attempt, () => runtime.random()),
        { keepAlive: true },
      );
    }
  };

  const packsOf = (queueUrl: string, takes: number): TakenPacks => ({
    framesPerMessage: framesPerMessage === 1 ? 0 : takes,
    separation: new Separation({
      api,
      queue: queueNameOf(queueUrl),
      outbox: outboxOf(queueUrl),
    }),
  });

  const serve = (queueUrl: string, hasRoom: () => boolean): (() => void) => {
    const rooms = served.get(queueUrl) ?? new Set();
    served.set(queueUrl, rooms.add(hasRoom));
    return () => {
      rooms.delete(hasRoom);
      if (rooms.size === 0) served.delete(queueUrl);
    };
  };

  const outboxOf = (queue: QueueRef): Outbox => {
    const known = outboxes.get(queue);
    if (known !== undefined) return known;
    const outbox = new QueueOutbox({
      api,
      budget,
      queue: displayName(queue, settings.namespace),
      maxBufferedFrames: settings.maxBufferedFrames,
      packing: new NegotiatedPacking(runtime, framesPerMessage),
      resolveUrl: () => directory.resolve(queue, false),
      goneGraceMs: 0,
      onGone: () => directory.forget(queue),
      wouldWaitForItself: (queueUrl) => {
        const rooms = served.get(queueUrl);
        return rooms !== undefined && [...rooms].every((hasRoom) => !hasRoom());
      },
    });
    outboxes.set(queue, outbox);
    if (closed !== undefined) outbox.close();
    return outbox;
  };

  const transport: Transport = {
    runtime,
    outbox: outboxOf,

    async openInbox(queue: QueueRef, inbox: InboxOptions): Promise<Inbox> {
      const visibilityMs = inRange(
        'visibilityMs',
        inbox.visibilityMs ?? DEFAULT_VISIBILITY_MS,
        1000,
        43_200_000,
      );
      const waitMs = inRange(
        'waitMs',
        inbox.waitMs ?? DEFAULT_WAIT_MS,
        MIN_WAIT_MS,
        api.service.limits.maxWaitMs,
      );
      const takes = integerInRange('framesPerMessage', inbox.framesPerMessage ?? 0, 0, 256);
      const { queueUrl, createdNow } = await open(queue, inbox.create ?? false);
      return new QueueInbox({
        api,
        queue: queueNameOf(queueUrl),
        queueUrl,
        visibilityMs,
        waitMs,
        // A group of a FIFO queue is locked until the delete: it must not wait for company.
        ackLingerMs: isFifo(queueUrl) ? 0 : REQUEST_ACK_LINGER_MS,
        notYetUntilMs: createdNow ? runtime.monotonicMs() + NOT_YET_MS : -Infinity,
        // On a FIFO queue, what is sent again would lose its place.
        ...(isFifo(queueUrl) ? {} : { packs: packsOf(queueUrl, takes) }),
        ...(inbox.hasRoom === undefined ? {} : { onClose: serve(queueUrl, inbox.hasRoom) }),
      });
    },

    async openReplies(requestQueue: QueueRef, policy: ReplyToPolicy): Promise<ReplyRouter> {
      const { queueUrl } = await open(requestQueue, false);
      const found = await attributesOf(queueUrl);
      const redrive = found.kind === 'ok' ? found.attributes.redrive : undefined;
      const router = new QueueReplyRouter({
        api,
        budget,
        maxBufferedFrames: settings.maxBufferedFrames,
        framesPerMessage: framesPerMessage === 1 ? 1 : REPLIES_PER_MESSAGE,
        requestQueueUrl: queueUrl,
        deadLetters: new RedriveTarget(api, queueUrl, redrive?.deadLetterArn),
        policy,
        onClose: () => routers.delete(router),
      });
      routers.add(router);
      if (closed !== undefined) router.close();
      return router;
    },

    openReplyQueue: ({ clientId }: ReplyQueueOptions): ReplyQueue => replyQueues.open(clientId),

    close(): Promise<void> {
      closed ??= (async () => {
        replyQueues.close();
        for (const outbox of [...outboxes.values(), ...routers]) outbox.close();
        api.close();
        await options.service.close();
      })();
      return closed;
    },
  };
  giveAccess(transport, api, settings.namespace);
  makeSweepable(transport, {
    api,
    prefix: settings.replyQueue.prefix,
    isOwn: (queue) => replyQueues.isOwn(queue),
  });
  return transport;
}

function displayName(queue: QueueRef, namespace: string): string {
  if (queue.includes('://')) return queueNameOf(queue);
  return parseQueueArn(queue)?.name ?? namespace + queue;
}
