import type {
  Inbox,
  InboxOptions,
  Outbox,
  ReplyQueue,
  ReplyRouter,
  Transport,
} from '@replyq/contract/transport';

/** What a broken transport does in its own way. All else is the transport's that it stands round. */
export interface Faults {
  /** Called once for each outbox, those of reply routes included. */
  readonly outbox?: (outbox: Outbox) => Partial<Outbox>;
  /** Called for each inbox and reply queue. */
  readonly inbox?: (inbox: Inbox, options: InboxOptions) => Partial<Inbox>;
  readonly replyQueue?: (replyQueue: ReplyQueue) => Partial<ReplyQueue>;
  readonly router?: (router: ReplyRouter) => Partial<ReplyRouter>;
}

export function wrapTransport(inner: Transport, faults: Faults): Transport {
  const outboxes = new WeakMap<Outbox, Outbox>();
  const wrapOutbox = (outbox: Outbox): Outbox => {
    const wrapped = outboxes.get(outbox) ?? {
      queue: outbox.queue,
      send: (frame) => outbox.send(frame),
      prepare: () => outbox.prepare(),
      heardPacks: (framesPerMessage) => outbox.heardPacks(framesPerMessage),
      ...faults.outbox?.(outbox),
    };
    outboxes.set(outbox, wrapped);
    return wrapped;
  };
  const wrapInbox = (inbox: Inbox, options: InboxOptions): Inbox => ({
    queue: inbox.queue,
    get framesPerMessage() {
      return inbox.framesPerMessage;
    },
    receive: (receiveOptions) => inbox.receive(receiveOptions),
    flush: () => inbox.flush(),
    stop: () => inbox.stop(),
    close: () => inbox.close(),
    health: () => inbox.health(),
    ...faults.inbox?.(inbox, options),
  });
  return {
    runtime: inner.runtime,
    close: () => inner.close(),
    outbox: (queue) => wrapOutbox(inner.outbox(queue)),
    openInbox: async (queue, options) => wrapInbox(await inner.openInbox(queue, options), options),
    async openReplies(queue, policy) {
      const router = await inner.openReplies(queue, policy);
      const route: ReplyRouter['route'] = (address) => {
        const found = router.route(address);
        return found.kind === 'route' ? { ...found, outbox: wrapOutbox(found.outbox) } : found;
      };
      return { route, close: () => router.close(), ...faults.router?.(router) };
    },
    openReplyQueue(options) {
      const replyQueue = inner.openReplyQueue(options);
      const wrapped = {
        ...wrapInbox(replyQueue, {}),
        isReady: () => replyQueue.isReady(),
        ready: () => replyQueue.ready(),
        addressOf: (callId: string) => replyQueue.addressOf(callId),
        ...faults.replyQueue?.(replyQueue),
      };
      return Object.defineProperty(wrapped, 'queue', { get: () => replyQueue.queue });
    },
  };
}
