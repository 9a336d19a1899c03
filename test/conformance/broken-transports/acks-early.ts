import type { Transport } from '@replyq/contract/transport';
import { changingDeliveries } from './received-deliveries.ts';
import { wrapTransport } from './wrap-transport.ts';

/** Deletes a frame when it is received instead of when it is settled. */
export const acksEarly = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({
      receive: changingDeliveries(inbox, (deliveries) => {
        for (const delivery of deliveries) delivery.ack();
        return deliveries;
      }),
    }),
  });
