/** The tags by which AWS's Java Temporary Queue Client, and we, tell whether a host queue is in use. */
export const HOST_QUEUE_TAGS = {
  /** Decimal seconds without a heartbeat after which anybody may delete the queue. */
  retention: '__IdleQueueRetentionPeriodSeconds',
  /** Epoch milliseconds, decimal, by the service's clock. */
  heartbeat: '__AmazonSQSIdleQueueDeletingClient.LastHeartbeatTimestamp',
} as const;
