import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Hands out ten frames at most, though more were asked for. */
export const hasABoundOfItsOwn = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({
      receive: (options) =>
        inbox.receive({ ...options, maxFrames: Math.min(options.maxFrames, 10) }),
    }),
  });
