import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Sends frames that nobody waits for any more. */
export const ignoresWithdrawn = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox: (outbox) => ({ send: (frame) => outbox.send({ ...frame, withdrawn: () => false }) }),
  });
