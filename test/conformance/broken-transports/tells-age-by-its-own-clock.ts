import type { Transport } from '@replyq/contract/transport';
import { changingDeliveries } from './received-deliveries.ts';
import { wrapTransport } from './wrap-transport.ts';

/** Subtracts the service's clock from its own. */
export const tellsAgeByItsOwnClock = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({
      receive: changingDeliveries(inbox, (deliveries) =>
        deliveries.map((delivery) => ({
          ...delivery,
          ageMs: () => Math.max(0, inner.runtime.nowMs() - delivery.sentAtMs),
        })),
      ),
    }),
  });
