/** What Lambda hands to a function behind an SQS queue, as far as it is read here. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

/** One message. Structurally compatible with `SQSRecord` of `@types/aws-lambda`. */
export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: SqsAttributes;
  readonly messageAttributes: Readonly<Record<string, SqsMessageAttribute>>;
  readonly eventSourceARN: string;
}

/** Times are epoch milliseconds by the service's clock, counts are decimal texts. */
export interface SqsAttributes {
  readonly ApproximateReceiveCount: string;
  readonly SentTimestamp: string;
  readonly ApproximateFirstReceiveTimestamp: string;
  readonly SenderId: string;
  readonly MessageGroupId?: string;
  readonly AWSTraceHeader?: string;
}

export interface SqsMessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  /** Base64. */
  readonly binaryValue?: string;
}

/** Which messages Lambda leaves in the queue. Wants `ReportBatchItemFailures` on the event source mapping. */
export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
