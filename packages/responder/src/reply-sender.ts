import type { ReplyRouter, Runtime, SendOutcome } from '@replyq/contract/transport';
import {
  encodeReplyHeader,
  type Mutable,
  type ReplyHeader,
  type ReplyKind,
} from '@replyq/contract/wire';
import type { EncodedBody } from './body-codec.ts';
import { ReplyFrame, type ReplyDestination } from './reply-frame.ts';

export interface OutgoingReply extends EncodedBody {
  readonly kind: ReplyKind;
  /** Of an event: its place among those of its call. */
  readonly seq?: number;
}

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

  send(reply: OutgoingReply, to: ReplyDestination): Promise<SendOutcome> {
    return to.route.outbox.send(this.#frame(reply, to));
  }

  /**
   * `address` is the one that a foreign request gave: AWS's Java client moves to another name when its own
   * queue was deleted under it.
   */
  async sendToForeign(
    reply: OutgoingReply,
    to: ReplyDestination,
    address: string,
  ): Promise<SendOutcome> {
    const outcome = await this.send(reply, to);
    if (outcome.kind !== 'refused' || outcome.reason !== 'gone') return outcome;
    const route = this.#replies.route(failoverAddress(address));
    return route.kind === 'route' ? this.send(reply, { ...to, route }) : outcome;
  }

  #frame({ body, content, kind, seq }: OutgoingReply, to: ReplyDestination): ReplyFrame {
    const header: Mutable<ReplyHeader> = { v: 1, kind, content, packs: this.#packs() };
    if (seq !== undefined) header.seq = seq;
    return new ReplyFrame(this.#runtime, encodeReplyHeader(header), body, to);
  }
}

function failoverAddress(address: string): string {
  const at = address.indexOf('#');
  const [host, fragment] = at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at)];
  return `${host}-Failover${fragment}`;
}
