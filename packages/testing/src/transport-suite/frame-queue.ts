import type { InboxOptions, Outbox, SendOutcome } from '@replyq/contract/transport';
import type { MessageParts } from '@replyq/contract/wire';
import { expectOk } from '../queue-service-suite/expect.ts';
import type { FrameReader } from './frame-reader.ts';
import { outgoingProbe, type OutgoingProbe, type OutgoingProbeOptions } from './outgoing-probe.ts';
import { expectAccepted } from './send-expectations.ts';
import type { MadeQueue } from './transport-fixture.ts';
import type { TransportUser } from './transport-user.ts';

/** One queue as a case sends to it and opens it. Bodies stand for frames. */
export class FrameQueue implements MadeQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly outbox: Outbox;
  readonly #user: TransportUser;

  constructor(user: TransportUser, made: MadeQueue) {
    this.#user = user;
    this.name = made.name;
    this.url = made.url;
    this.arn = made.arn;
    this.outbox = user.transport.outbox(made.url);
  }

  open(options?: InboxOptions): Promise<FrameReader> {
    return this.#user.reader(this.url, options);
  }

  probe(body: string, options: OutgoingProbeOptions = {}): OutgoingProbe {
    return outgoingProbe(this.#user.runtime, { ...options, frame: { body, ...options.frame } });
  }

  /** Begins to send, all in one turn. */
  start(...probes: readonly OutgoingProbe[]): Promise<readonly SendOutcome[]> {
    return Promise.all(probes.map((probe) => this.outbox.send(probe)));
  }

  /** The outcome of each. */
  send(...probes: readonly OutgoingProbe[]): Promise<readonly SendOutcome[]> {
    return this.#user.run(this.start(...probes));
  }

  /** Sends a frame with each of the bodies, which must be accepted; gives the message ids. */
  async feed(
    bodies: readonly string[],
    options?: OutgoingProbeOptions,
  ): Promise<readonly string[]> {
    const outcomes = await this.send(...bodies.map((body) => this.probe(body, options)));
    return outcomes.map(expectAccepted);
  }

  /** The same to one group of a FIFO queue. */
  feedGroup(groupId: string, bodies: readonly string[]): Promise<readonly string[]> {
    return this.send(...this.groupProbes(groupId, bodies)).then((all) => all.map(expectAccepted));
  }

  groupProbes(groupId: string, bodies: readonly string[]): readonly OutgoingProbe[] {
    return bodies.map((body) => this.probe(body, { groupId, deduplicationId: body }));
  }

  /** Puts a message on the queue, past the transport. */
  async put(message: MessageParts): Promise<void> {
    const { service } = this.#user.fixture;
    const sending = service.sendBatch({ queueUrl: this.url, entries: [message] });
    const [entry] = expectOk(await this.#user.run(sending), 'SendMessageBatch').entries;
    if (entry?.kind !== 'ok') throw new Error(`The message was not taken: ${entry?.error}`);
  }

  async delete(): Promise<void> {
    const deleting = this.#user.fixture.service.deleteQueue({ queueUrl: this.url });
    expectOk(await this.#user.run(deleting), 'DeleteQueue');
  }
}
