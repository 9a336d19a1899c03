import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** Lets every other frame of a group be overtaken by the next. */
export const reordersAGroup = (inner: Transport): Transport =>
  wrapTransport(inner, {
    outbox(outbox) {
      let count = 0;
      return {
        async send(frame) {
          count += 1;
          if (frame.groupId !== undefined && count % 2 === 1) await Promise.resolve();
          return outbox.send(frame);
        },
      };
    },
  });
