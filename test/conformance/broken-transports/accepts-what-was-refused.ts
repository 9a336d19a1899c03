import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Calls a frame accepted that the service has refused. */
export const acceptsWhatWasRefused = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox: (outbox) => ({
      async send(frame) {
        const outcome = await outbox.send(frame);
        return outcome.kind === 'refused' ? { kind: 'accepted', messageId: 'm-1' } : outcome;
      },
    }),
  });
