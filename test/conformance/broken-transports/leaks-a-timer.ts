import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

const HOUR_MS = 3_600_000;

/** Sets a timer of an hour for each frame, and forgets it. */
export const leaksATimer = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox: (outbox) => ({
      send(frame) {
        inner.runtime.setTimer(HOUR_MS, () => {});
        return outbox.send(frame);
      },
    }),
  });
