import type { OutgoingFrame, ReplyRouter, Runtime, SendOutcome } from '@replyq/contract/transport';
import {
  encodeReplyHeader,
  type MessageAttributes,
  type Mutable,
  type ReplyHeader,
  type ReplyKind,
} from '@replyq/contract/wire';
import type { Route } from './admission.ts';
import type { EncodedBody } from './body-codec.ts';

export interface OutgoingReply extends EncodedBody {
  readonly kind: ReplyKind;
  /** Of an event: its place among those of its call. */
  readonly seq?: number;
  readonly route: Route;
  /** Monotonic; past it nobody waits. */
  readonly deadlineMs: number;
  readonly attributes?: MessageAttributes;
  /** Whether it may share a message with other replies: whoever asked is replyq, which reads that. */
  readonly pack: boolean;
  /** The address that a foreign request gave, whose queue may have a stand-in. */
  readonly failoverOf?: string;
}

/** 132 bits: no two replies share a deduplication id. */
const FIFO_ID_CHARACTERS = 22;

/** Sends replies and says what became of them. Never rejects. */
export class ReplySender {
  readonly #runtime: Runtime;
  readonly #replies: ReplyRouter;
  readonly #packs: () => number;

  /** `packs`: how many frames this responder takes in one message, now. */
  constructor(runtime: Runtime, replies: ReplyRouter, packs: () => number) {
    this.#runtime = runtime;
    this.#replies = replies;
    this.#packs = packs;
  }

  send(reply: OutgoingReply): Promise<SendOutcome> {
    const sending = reply.route.outbox.send(this.#frame(reply, reply.route));
    return reply.failoverOf === undefined
      ? sending
      : this.#orFailover(reply, reply.failoverOf, sending);
  }

  /** AWS's Java client moves to this name when its own queue was deleted under it. */
  async #orFailover(
    reply: OutgoingReply,
    address: string,
    sending: Promise<SendOutcome>,
  ): Promise<SendOutcome> {
    const outcome = await sending;
    if (outcome.kind !== 'refused' || outcome.reason !== 'gone') return outcome;
    const route = this.#replies.route(failoverAddress(address));
    return route.kind === 'route' ? route.outbox.send(this.#frame(reply, route)) : outcome;
  }

  /** A FIFO reply queue wants both ids; each reply is a group and a message of its own. */
  #fifoIds({ outbox, virtualQueue }: Route): Partial<OutgoingFrame> {
    if (!outbox.queue.endsWith('.fifo')) return {};
    const id = this.#runtime.createId(FIFO_ID_CHARACTERS);
    return { groupId: virtualQueue ?? id, deduplicationId: id };
  }

  #frame(
    { attributes = {}, body, content, deadlineMs, kind, pack, seq }: OutgoingReply,
    route: Route,
  ): OutgoingFrame {
    const fields: Mutable<ReplyHeader> = { v: 1, kind, content, packs: this.#packs() };
    if (seq !== undefined) fields.seq = seq;
    const header = encodeReplyHeader(fields);
    const { virtualQueue } = route;
    const runtime = this.#runtime;
    return {
      deadlineMs,
      pack,
      ...this.#fifoIds(route),
      withdrawn: () => runtime.monotonicMs() >= deadlineMs,
      encode: () => ({
        header,
        body,
        attributes,
        ...(virtualQueue === undefined ? {} : { virtualQueue }),
      }),
    };
  }
}

function failoverAddress(address: string): string {
  const at = address.indexOf('#');
  const [host, fragment] = at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at)];
  return `${host}-Failover${fragment}`;
}
