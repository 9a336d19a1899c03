/**
 * The message attributes that replyq reads and writes. The first two are the AWS Java Temporary
 * Queue Client's, so that its requesters and responders understand ours.
 */
export const ATTRIBUTE = {
  /** Request: `<hostQueueUrl>#<callId>`. */
  responseQueueUrl: 'ResponseQueueUrl',
  /** Reply: the call id, everything after the first `#` of the reply address. */
  virtualQueue: '__AmazonSQSVirtualQueuesClient.QueueName',
  /** Request: the procedure's path, apart so that filters can use it. */
  procedure: 'replyq.procedure',
  /** The header: one JSON object. */
  header: 'replyq',
  /** Packed message: how many frames are in the body. */
  pack: 'replyq.pack',
  /** In a dead-letter queue: why the task is there, one JSON object. */
  failure: 'replyq.failure',
  /** W3C trace context. */
  traceparent: 'traceparent',
} as const;
