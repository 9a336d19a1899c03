import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Waits on after a receive was aborted. */
export const ignoresAbort = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({ receive: ({ maxFrames }) => inbox.receive({ maxFrames }) }),
  });
