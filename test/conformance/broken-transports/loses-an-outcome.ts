import type { SendOutcome, Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Never says what became of the seventh frame of an outbox. */
export const losesAnOutcome = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox(outbox) {
      let count = 0;
      return {
        send(frame) {
          const sending = outbox.send(frame);
          count += 1;
          return count === 7 ? new Promise<SendOutcome>(() => {}) : sending;
        },
      };
    },
  });
