import type { Delivery, Inbox } from '@replyq/contract/transport';

/** A `receive` whose deliveries went through `change`. */
export function changingDeliveries(
  inbox: Inbox,
  change: (deliveries: readonly Delivery[]) => readonly Delivery[],
): Inbox['receive'] {
  return async (options) => {
    const received = await inbox.receive(options);
    return received.kind === 'deliveries'
      ? { kind: 'deliveries', deliveries: change(received.deliveries) }
      : received;
  };
}
