import type { Delivery, Inbox, Received, ReceiveOptions } from '@replyq/contract/transport';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import type { TransportUser } from './transport-user.ts';

/** Receives that a case makes before it believes that nothing more comes. */
const MAX_RECEIVES = 20;

/** An inbox as a case reads it. */
export class FrameReader<T extends Inbox = Inbox> {
  readonly inbox: T;
  readonly #user: TransportUser;

  constructor(user: TransportUser, inbox: T) {
    this.#user = user;
    this.inbox = inbox;
  }

  /** One receive, whatever comes of it. */
  try(options: Partial<ReceiveOptions> = {}): Promise<Received> {
    return this.#user.run(this.inbox.receive({ maxFrames: 10, ...options }));
  }

  /** One receive, which must not say that the queue is gone or closed. */
  async receive(options?: Partial<ReceiveOptions>): Promise<readonly Delivery[]> {
    return expectDeliveries(await this.try(options));
  }

  /** Receives until `count` deliveries have come. */
  async receiveMany(count: number, maxFrames = 10): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = [];
    for (let turn = 0; turn < MAX_RECEIVES && deliveries.length < count; turn += 1) {
      const some = await this.receive({
        maxFrames: Math.min(maxFrames, count - deliveries.length),
      });
      deliveries.push(...some);
    }
    expectEqual(deliveries.length, count, 'Deliveries');
    return deliveries;
  }

  async receiveOne(): Promise<Delivery> {
    const [delivery] = await this.receiveMany(1);
    if (delivery === undefined) throw new Error('No delivery');
    return delivery;
  }

  /** Receives and acks; gives the bodies in the order in which they came. */
  async drain(count: number): Promise<readonly string[]> {
    const bodies: string[] = [];
    for (let turn = 0; turn < MAX_RECEIVES + count && bodies.length < count; turn += 1) {
      for (const delivery of await this.receive()) {
        bodies.push(delivery.frame.body);
        delivery.ack();
      }
    }
    expectEqual(bodies.length, count, 'Deliveries');
    return bodies;
  }

  /** Nothing comes within one wait. */
  async expectNothing(what: string): Promise<void> {
    const bodies = (await this.receive()).map(({ frame }) => frame.body.slice(0, 40));
    expectTrue(bodies.length === 0, `${what}, but got ${bodies.join(', ')}`);
  }

  flush(): Promise<void> {
    return this.#user.run(this.inbox.flush());
  }

  close(): Promise<void> {
    return this.#user.run(this.inbox.close());
  }
}

export function expectDeliveries(received: Received): readonly Delivery[] {
  if (received.kind !== 'deliveries') throw new Error(`The receive ended as ${received.kind}`);
  return received.deliveries;
}

export function bodiesOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ frame }) => frame.body);
}
