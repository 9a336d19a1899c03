import type { SQS, SQSClient } from '@aws-sdk/client-sqs';
import type { Observer } from '@replyq/contract/transport';
import { expectTypeOf } from 'vitest';
import { withVirtualQueues, type VirtualQueuesControl } from './index.ts';

declare const client: SQSClient;
declare const sqs: SQS;
declare const observer: Observer;

// Whichever client it was, it stays that.
expectTypeOf(withVirtualQueues(client)).toExtend<SQSClient & VirtualQueuesControl>();
expectTypeOf(withVirtualQueues(sqs).createQueue).toEqualTypeOf(sqs.createQueue);

// An observer of transports will do; one of virtual queues sees more.
withVirtualQueues(client, { observer });
withVirtualQueues(client, {
  observer(event) {
    if (event.kind === 'virtualQueueFull') expectTypeOf(event.givenBack).toBeNumber();
    if (event.kind === 'apiRequest') expectTypeOf(event.durationMs).toBeNumber();
  },
});
