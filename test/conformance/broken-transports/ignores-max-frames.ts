import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Hands out as many frames as there are, whatever was asked for. */
export const ignoresMaxFrames = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({
      receive: (options) => inbox.receive({ ...options, maxFrames: 100 }),
    }),
  });
