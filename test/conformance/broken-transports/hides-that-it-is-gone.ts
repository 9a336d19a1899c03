import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Calls a queue that does not exist an empty one. */
export const hidesThatItIsGone = (inner: Transport): Transport =>
  wrapTransport(inner, {
    inbox: (inbox) => ({
      async receive(options) {
        const received = await inbox.receive(options);
        return received.kind === 'gone' ? { kind: 'deliveries', deliveries: [] } : received;
      },
    }),
  });
