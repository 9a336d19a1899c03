import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Of two replies, gives the second the virtual queue of the first. */
export const swapsVirtualQueues = (inner: Transport): Transport => {
  let previous: string | undefined;
  return wrapTransport(inner, {
    outbox: (outbox) => ({
      send: (frame) =>
        outbox.send({
          ...frame,
          encode(remainingMs, nowMs) {
            const wire = frame.encode(remainingMs, nowMs);
            if (wire.virtualQueue === undefined) return wire;
            const virtualQueue = previous ?? wire.virtualQueue;
            previous = wire.virtualQueue;
            return { ...wire, virtualQueue };
          },
        }),
    }),
  });
};
