import type { Transport } from '@replyq/contract/transport';
import type { WireFrame } from '@replyq/contract/wire';
import { wrapTransport } from './wrap-transport.ts';

/** Sends a frame again as it was written first, with the time that was left then. */
export const encodesOnce = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox: (outbox) => ({
      send(frame) {
        let written: WireFrame | undefined;
        const encode = (remainingMs: number, nowMs: number): WireFrame =>
          (written ??= frame.encode(remainingMs, nowMs));
        return outbox.send({ ...frame, encode });
      },
    }),
  });
