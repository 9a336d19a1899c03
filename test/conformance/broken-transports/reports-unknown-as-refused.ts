import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Says of a frame that may have been stored that it surely was not. */
export const reportsUnknownAsRefused = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox: (outbox) => ({
      async send(frame) {
        const outcome = await outbox.send(frame);
        if (outcome.kind !== 'unknown') return outcome;
        return { kind: 'refused', reason: 'unavailable', error: outcome.error };
      },
    }),
  });
