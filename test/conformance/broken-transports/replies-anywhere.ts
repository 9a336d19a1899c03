import type { Transport } from '@replyq/contract/transport';
import { splitReplyAddress } from '@replyq/contract/wire';
import { wrapTransport } from './wrap-transport.ts';

/** Sends replies wherever a caller's bytes say. */
export const repliesAnywhere = (inner: Transport): Transport =>
  wrapTransport(inner, {
    router: (router) => ({
      route(address) {
        const route = router.route(address);
        if (route.kind === 'route') return route;
        const { hostQueueUrl, virtualQueue } = splitReplyAddress(address);
        const outbox = inner.outbox(hostQueueUrl);
        return { kind: 'route', outbox, ...(virtualQueue !== undefined && { virtualQueue }) };
      },
    }),
  });
