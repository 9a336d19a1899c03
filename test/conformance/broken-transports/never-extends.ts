import type { Timer, Transport } from '@replyq/contract/transport';
import { changingDeliveries } from './received-deliveries.ts';
import { wrapTransport } from './wrap-transport.ts';

/** Lets a held frame go when its first visibility timeout has passed. */
export const neverExtends = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox(inbox, { visibilityMs = 10_000 }) {
      const timers = new Set<Timer>();
      return {
        receive: changingDeliveries(inbox, (deliveries) => {
          for (const delivery of deliveries) {
            timers.add(inner.runtime.setTimer(visibilityMs, () => delivery.release(0)));
          }
          return deliveries;
        }),
        close() {
          for (const timer of timers) timer.cancel();
          return inbox.close();
        },
      };
    },
  });
