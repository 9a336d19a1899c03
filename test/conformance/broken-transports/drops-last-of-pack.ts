import type { Transport } from '@replyq/contract/transport';
import { changingDeliveries } from './received-deliveries.ts';
import { wrapTransport } from './wrap-transport.ts';

/** Loses the last frame of a pack. */
export const dropsLastOfPack = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({
      receive: changingDeliveries(inbox, (deliveries) =>
        deliveries.filter((delivery, at) => {
          const inPack = deliveries.some(
            (other) => other !== delivery && other.messageId === delivery.messageId,
          );
          const isLast = deliveries[at + 1]?.messageId !== delivery.messageId;
          if (inPack && isLast) delivery.ack();
          return !(inPack && isLast);
        }),
      ),
    }),
  });
