import type { FrameFact, QueueHappening } from '../fact.ts';
import type { ProcessTrace } from './process-trace.ts';
import type { MessageTrace, Poll, QueueTrace, Receipt, RequestTrace } from './traces.ts';

type Told<K extends QueueHappening['kind']> = Extract<QueueHappening, { readonly kind: K }> & {
  readonly atMs: number;
};

/** Failures of a send that another attempt would only repeat. */
const FINAL: ReadonlySet<string> = new Set(['denied', 'invalid', 'tooLarge']);
/** Those that are the message's own fault. */
const UNFIT: ReadonlySet<string> = new Set(['invalid', 'tooLarge']);

/** The queue service, as a history tells of it. */
export class QueueIndex {
  readonly queues: Map<string, QueueTrace> = new Map();
  readonly messages: Map<string, MessageTrace> = new Map();
  readonly requests: Map<string, RequestTrace> = new Map();

  stored(fact: Told<'stored'>, process: ProcessTrace, order: number): void {
    const { copy = false, frames, messageId, queue, tampered = false } = fact;
    // A copy may have the name of its original: for those who receive it, it is the same message.
    let message = this.messages.get(messageId);
    if (message === undefined) {
      const at = { storedOrder: order, storedMs: fact.atMs };
      message = { messageId, queue, frames, ...at, receipts: [], deletions: [] };
      this.messages.set(messageId, message);
    }
    for (const frame of frames) {
      if (frame.kind !== 'reply') this.#queue(queue).holdsRequests = true;
      if (frame.callId === undefined || frame.kind === 'foreign') continue;
      const request = this.#request(frame.callId);
      if (frame.kind === 'reply') {
        request.repliedOrder = Math.min(request.repliedOrder, order);
        continue;
      }
      request.tampered ||= tampered;
      const { attempt = 1, task } = frame;
      // A task's time begins with its run.
      const timeoutMs = task === true ? Infinity : (frame.timeoutMs ?? Infinity);
      const { atMs } = fact;
      request.carriers.push({ message, frame, attempt, process, copy, order, storedMs: atMs });
      request.earliestDeadlineMs = Math.min(request.earliestDeadlineMs, atMs + timeoutMs);
    }
  }

  /** What was dropped has no message of its own, but its name is known. */
  deduplicated({ frames, messageId }: Told<'deduplicated'>): void {
    for (const { callId } of frames)
      if (callId !== undefined) this.#request(callId).droppedFor.push(messageId);
  }

  received(fact: Told<'received'>, process: ProcessTrace, order: number): void {
    const message = this.messages.get(fact.messageId);
    if (message === undefined) return;
    const { atMs, receiveCount } = fact;
    const [deliveredOrder, deliveredMs] = [Infinity, Infinity];
    const at = { order, atMs, deliveredOrder, deliveredMs };
    const receipt: Receipt = { message, process, receiveCount, ...at };
    message.receipts.push(receipt);
    process.undelivered.push(receipt);
  }

  deleted({ atMs, messageId }: Told<'deleted'>, process: ProcessTrace, order: number): void {
    this.messages.get(messageId)?.deletions.push({ process, order, atMs });
  }

  /** A reply that is refused for good cannot be given. */
  sendFailed(
    { callIds, failure, frames }: Told<'sendFailed'>,
    { role }: ProcessTrace,
    order: number,
  ): void {
    for (const callId of callIds) {
      const request = this.#request(callId);
      if (frames === 'request') {
        if (role !== 'responder') request.failedSends += 1;
        else if (UNFIT.has(failure)) request.unfit = true;
      } else if (FINAL.has(failure)) request.refusedOrder = Math.min(request.refusedOrder, order);
    }
  }

  created({ atMs, queue }: Told<'queueCreated'>, process: ProcessTrace, order: number): void {
    const known = this.#queue(queue);
    known.maker ??= process;
    known.createdOrder = order;
    known.createdMs = atMs;
  }

  queueDeleted({ atMs, queue }: Told<'queueDeleted'>, process: ProcessTrace, order: number): void {
    this.#queue(queue).deletion ??= { process, order, atMs };
  }

  deleteAsked({ queue }: Told<'queueDeleteAsked'>, order: number): void {
    const known = this.#queue(queue);
    known.deleteAskedOrder = Math.min(known.deleteAskedOrder, order);
  }

  polled(fact: Told<'polled'>, process: ProcessTrace, order: number): void {
    const { atMs, gone = false, messages, ok, queue: name } = fact;
    const poll: Poll = { order, atMs, ok, gone };
    const { polls } = this.#queue(name);
    const before = polls.get(process);
    if (before === undefined) polls.set(process, [poll]);
    else before.push(poll);
    if (messages === undefined || process.undelivered.length === 0) return;
    process.undelivered = process.undelivered.filter((receipt) => {
      const { message, receiveCount } = receipt;
      const { messageId, queue } = message;
      // Answers overtake each other: an older one may bring the same message after a newer one.
      const isBrought = messages.some(
        (each) => each.messageId === messageId && each.receiveCount === receiveCount,
      );
      if (queue !== name || !isBrought) return true;
      receipt.deliveredOrder = order;
      receipt.deliveredMs = atMs;
      return false;
    });
  }

  /** Whether nobody can be sent a reply to this request any more, as its queue was gone by then. */
  isReplyQueueGone({ callId, replyQueue }: FrameFact, order: number): boolean {
    if (replyQueue !== undefined) {
      const deletion = this.queues.get(replyQueue)?.deletion;
      return deletion !== undefined && deletion.order < order;
    }
    const caller = this.requests.get(callId ?? '')?.carriers[0]?.process;
    for (const { deletion, maker } of this.queues.values())
      if (maker === caller && deletion !== undefined && deletion.order < order) return true;
    return false;
  }

  #queue(name: string): QueueTrace {
    const known = this.queues.get(name);
    if (known !== undefined) return known;
    const queue: QueueTrace = {
      queue: name,
      maker: undefined,
      deletion: undefined,
      createdOrder: -Infinity,
      createdMs: -Infinity,
      deleteAskedOrder: Infinity,
      holdsRequests: false,
      polls: new Map(),
    };
    this.queues.set(name, queue);
    return queue;
  }

  #request(callId: string): RequestTrace {
    const known = this.requests.get(callId);
    if (known !== undefined) return known;
    const carriers: RequestTrace['carriers'] = [];
    const request: RequestTrace = {
      callId,
      carriers,
      repliedOrder: Infinity,
      refusedOrder: Infinity,
      droppedFor: [],
      failedSends: 0,
      unfit: false,
      tampered: false,
      earliestDeadlineMs: Infinity,
    };
    this.requests.set(callId, request);
    return request;
  }
}
