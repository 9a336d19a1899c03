import type { Failure, QueueService, ReceiveRequest } from '@replyq/queue';

export interface Faults {
  /** From 0 to 1: how many requests meet a fault. */
  share: number;
}

/** A queue service that fails now and then, and knows whether anything but receives is on its way. */
export interface FaultyService extends QueueService {
  readonly faults: Faults;
  /** How long no request has been on its way, receives aside; 0: one is. */
  quietMs(): number;
  /** Receives that have not been answered. */
  openReceives(): number;
}

/** What is done to a request that meets a fault, each as often as the others. */
const FAULTS = ['lose request', 'lose answer', 'throttle'] as const;

/**
 * Faults in what is sent, received, deleted and extended. Not the scripted service of `@replyq/testing`: that
 * one keeps every request, which is what a soak must not do.
 */
export function withFaults(inner: QueueService, random: () => number): FaultyService {
  const faults: Faults = { share: 0 };
  let onTheirWay = 0;
  let receives = 0;
  let quietSinceMs = performance.now();

  const faulty =
    <TRequest, TResult>(run: (request: TRequest) => Promise<TResult>) =>
    async (request: TRequest): Promise<TResult | Failure> => {
      if (random() >= faults.share) return run(request);
      const fault = FAULTS[Math.floor(random() * FAULTS.length)];
      if (fault === 'throttle') return { kind: 'throttled', error: 'A fault: throttled' };
      if (fault === 'lose answer') await run(request);
      return { kind: 'unknown', error: `A fault: ${fault}` };
    };
  const counted =
    <TRequest, TResult>(run: (request: TRequest) => Promise<TResult>) =>
    async (request: TRequest): Promise<TResult> => {
      onTheirWay += 1;
      try {
        return await run(request);
      } finally {
        onTheirWay -= 1;
        quietSinceMs = performance.now();
      }
    };

  const receive = faulty((request: ReceiveRequest) => inner.receive(request));

  return {
    faults,
    openReceives: () => receives,
    quietMs: () => (onTheirWay > 0 ? 0 : performance.now() - quietSinceMs),
    limits: inner.limits,
    receive: async (request) => {
      receives += 1;
      try {
        return await receive(request);
      } finally {
        receives -= 1;
      }
    },
    sendBatch: counted(faulty((request) => inner.sendBatch(request))),
    deleteBatch: counted(faulty((request) => inner.deleteBatch(request))),
    changeVisibilityBatch: counted(faulty((request) => inner.changeVisibilityBatch(request))),
    getQueueUrl: counted((request) => inner.getQueueUrl(request)),
    createQueue: counted((request) => inner.createQueue(request)),
    deleteQueue: counted((request) => inner.deleteQueue(request)),
    tagQueue: counted((request) => inner.tagQueue(request)),
    listQueueTags: (request) => inner.listQueueTags(request),
    listQueues: (request) => inner.listQueues(request),
    getQueueAttributes: (request) => inner.getQueueAttributes(request),
    setQueueAttributes: (request) => inner.setQueueAttributes(request),
    purgeQueue: (request) => inner.purgeQueue(request),
    listDeadLetterSourceQueues: (request) => inner.listDeadLetterSourceQueues(request),
    checkHost: (url) => inner.checkHost(url),
    close: () => inner.close(),
  };
}
