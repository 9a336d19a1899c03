import type {
  Inbox,
  InboxOptions,
  QueueRef,
  ReplyQueue,
  Runtime,
  Transport,
} from '@replyq/contract/transport';
import type { ServiceScript } from '../service-script.ts';
import { FrameQueue } from './frame-queue.ts';
import { FrameReader } from './frame-reader.ts';
import type { TransportFixture } from './transport-fixture.ts';

/** Short enough for real time: three heartbeats fit into it all the same. */
export const VISIBILITY_MS = 3_000;
const WAIT_MS = 1_000;

/** A transport as a case uses it. It closes what the case opened, before the transport itself. */
export class TransportUser {
  readonly fixture: TransportFixture;
  readonly #opened: { close(): Promise<void> }[] = [];

  constructor(fixture: TransportFixture) {
    this.fixture = fixture;
  }

  get transport(): Transport {
    return this.fixture.transport;
  }

  get runtime(): Runtime {
    return this.fixture.runtime;
  }

  /** For cases that need `faults`. */
  get script(): ServiceScript {
    const { script } = this.fixture;
    if (script === undefined) throw new Error('The fixture cannot be scripted');
    return script;
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return this.fixture.run(promise);
  }

  elapse(ms: number): Promise<void> {
    return this.fixture.elapse(ms);
  }

  /** A queue that is made for this case. */
  async queue(request?: Parameters<TransportFixture['makeQueue']>[0]): Promise<FrameQueue> {
    return new FrameQueue(this, await this.fixture.makeQueue(request));
  }

  fifoQueue(): Promise<FrameQueue> {
    const name = `${this.fixture.name('fifo')}.fifo`;
    return this.queue({ name, attributes: { fifo: true } });
  }

  /** Opens a queue for reading, with a short wait and a short visibility. */
  async reader(queue: QueueRef, options: InboxOptions = {}): Promise<FrameReader> {
    const short = { waitMs: WAIT_MS, visibilityMs: VISIBILITY_MS };
    const opening = this.transport.openInbox(queue, { ...short, ...options });
    return this.read(await this.run(opening));
  }

  /** Reads from an inbox that this user closes in the end. */
  read<T extends Inbox>(inbox: T): FrameReader<T> {
    this.#opened.push(inbox);
    return new FrameReader(this, inbox);
  }

  replyQueue(clientId: string = this.fixture.name('c')): ReplyQueue {
    return this.read(this.transport.openReplyQueue({ clientId })).inbox;
  }

  /** The same, made. */
  async madeReplyQueue(clientId?: string): Promise<ReplyQueue> {
    const replyQueue = this.replyQueue(clientId);
    const readiness = await this.run(replyQueue.ready());
    if (readiness.kind !== 'ready') throw new Error(`No reply queue: ${readiness.error}`);
    return replyQueue;
  }

  /** Closes all in reverse order, then the fixture; rejects with what the fixture finds left. */
  async close(): Promise<void> {
    this.fixture.script?.heal();
    for (const opened of this.#opened.toReversed()) await this.run(opened.close());
    await this.fixture.close();
  }
}
