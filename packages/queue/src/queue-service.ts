import type { MessageAttributes } from '@replyq/contract/wire';

/**
 * The port under the machinery: a dozen operations in SQS's shape and our units (milliseconds,
 * parsed attributes, URLs). Implemented over the AWS SDK, in memory, and by the simulator.
 *
 * No operation rejects or throws for a reason that lies outside this process: expected failures
 * are results with a `kind`. None retries by itself; retries are one layer above. Each takes a
 * signal; aborting it ends the operation with `aborted`, whose effect is unknown. An
 * implementation must not keep a promise open for ever once its signal has aborted.
 */
export interface QueueService {
  readonly limits: ServiceLimits;
  /** Per entry; an entry that the answer does not mention, or mentions twice, is `unknown`. */
  sendBatch(request: SendBatchRequest): Promise<BatchResult<{ readonly messageId: string }>>;
  receive(request: ReceiveRequest): Promise<ReceiveResult>;
  /** Deleting with a handle that is no longer the newest "succeeds" without effect. */
  deleteBatch(request: DeleteBatchRequest): Promise<BatchResult>;
  changeVisibilityBatch(request: ChangeVisibilityBatchRequest): Promise<BatchResult>;
  /** The URL of a queue of the own account, or of `account`. */
  getQueueUrl(request: {
    readonly name: string;
    readonly account?: string;
    readonly signal?: AbortSignal;
  }): Promise<Result<{ readonly queueUrl: string }>>;
  /** Idempotent for the same attributes; tags are set with the queue. */
  createQueue(request: CreateQueueRequest): Promise<Result<{ readonly queueUrl: string }>>;
  /** Takes up to 60 s to be true everywhere; the same name may be created again only after 60 s. */
  deleteQueue(request: QueueRequest): Promise<Result>;
  /** Adds or replaces the given tags; others stay. */
  tagQueue(
    request: QueueRequest & { readonly tags: Readonly<Record<string, string>> },
  ): Promise<Result>;
  listQueueTags(
    request: QueueRequest,
  ): Promise<Result<{ readonly tags: Readonly<Record<string, string>> }>>;
  /** All queues of the account whose names begin with `prefix`, in name order, over all pages. */
  listQueues(request: {
    readonly prefix: string;
    readonly signal?: AbortSignal;
  }): Promise<Result<{ readonly queueUrls: readonly string[] }>>;
  getQueueAttributes(
    request: QueueRequest,
  ): Promise<Result<{ readonly attributes: QueueAttributes }>>;
  /** Changes the given attributes; others stay. Takes up to 60 s to be true everywhere, retention up to 15 min. */
  setQueueAttributes(
    request: QueueRequest & { readonly attributes: QueueAttributeChanges },
  ): Promise<Result>;
  /**
   * Deletes every message, also what is in flight or delayed. Takes up to 60 s, in which messages that
   * are sent may go, too; a second purge within them is `throttled`.
   */
  purgeQueue(request: QueueRequest): Promise<Result>;
  /** The queues whose redrive policy names this one, in name order, over all pages. */
  listDeadLetterSourceQueues(
    request: QueueRequest,
  ): Promise<Result<{ readonly queueUrls: readonly string[] }>>;
  /**
   * Lets the service move all messages of a dead-letter queue, each as a new message with the attributes
   * that it has. One task at a time for each source. Absent where the service has no such tasks.
   */
  startMessageMoveTask?(
    request: StartMessageMoveTaskRequest,
  ): Promise<Result<{ readonly taskHandle: string }>>;
  /** The tasks of one source, the newest first. Absent like {@link startMessageMoveTask}. */
  listMessageMoveTasks?(request: {
    readonly sourceArn: string;
    readonly signal?: AbortSignal;
  }): Promise<Result<{ readonly tasks: readonly MessageMoveTask[] }>>;
  /**
   * Whether a queue URL that a peer gave may be ours by its scheme and host. With a configured
   * endpoint the host is not compared, since emulators spell themselves in several ways; the URL
   * itself is never called in any case.
   */
  checkHost(url: URL): 'ok' | 'scheme' | 'host';
  /** Releases sockets. Operations begun afterwards answer `unreachable`. Idempotent. */
  close(): Promise<void>;
}

export interface ServiceLimits {
  /** Entries in one batch call, and messages in one receive. SQS: 10. */
  readonly maxBatchEntries: number;
  /** One message: body plus names, types and values of attributes. SQS: 1 MiB since 2025, before 256 KiB. */
  readonly maxMessageBytes: number;
  /** All messages of one batch call. SQS: the same as for one message. */
  readonly maxBatchBytes: number;
  /** Longest long poll. SQS: 20 s. */
  readonly maxWaitMs: number;
}

/** Expected failures. `error` is for people; only `kind` decides. */
export interface Failure {
  readonly kind: FailureKind;
  readonly error: string;
}

export type FailureKind =
  /** Refused for its rate, or a dependency's. No effect. */
  | 'throttled'
  /** The queue does not exist. No effect. */
  | 'gone'
  /** Not permitted, or a key may not be used. No effect. */
  | 'denied'
  /** Credentials or the local clock are not accepted, or there are none now; that may pass. No effect. */
  | 'credentials'
  /** Wrong in itself; the same request will fail again. No effect. */
  | 'invalid'
  /** Larger than allowed. No effect. */
  | 'tooLarge'
  /** No connection was made, or the service said that it did nothing. No effect. */
  | 'unreachable'
  /** CreateQueue: deleted less than 60 s ago. No effect. */
  | 'deletedRecently'
  /** CreateQueue: there with other attributes. No effect. */
  | 'exists'
  /** A receipt handle that is not valid (any more). No effect. */
  | 'staleHandle'
  /** Lost on the way, 5xx, or nonsense: whether it took effect is unknown. */
  | 'unknown'
  /** Our signal aborted: whether it took effect is unknown. */
  | 'aborted';

export type Result<T = object> =
  | ({ readonly kind: 'ok'; readonly serviceTimeMs?: number } & T)
  | Failure;

/** `entries[i]` is the result of the i-th entry of the request. */
export type BatchResult<T = object> = Result<{
  readonly entries: readonly (({ readonly kind: 'ok' } & T) | Failure)[];
}>;

export interface QueueRequest {
  readonly queueUrl: string;
  readonly signal?: AbortSignal;
}

export interface SendBatchRequest extends QueueRequest {
  readonly entries: readonly OutgoingMessage[];
}

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** The `AWSTraceHeader` system attribute; counts neither as an attribute nor in bytes. */
  readonly traceHeader?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** Not on FIFO queues. SQS: up to 15 minutes. Rounded up to whole seconds. */
  readonly delayMs?: number;
}

export interface ReceiveRequest extends QueueRequest {
  readonly maxMessages: number;
  readonly waitMs: number;
  readonly visibilityMs: number;
}

export type ReceiveResult = Result<{
  readonly messages: readonly ReceivedMessage[];
  /** Received too, and not to be trusted: nobody is shown them, and they come again. */
  readonly damaged?: readonly DamagedMessage[];
}>;

export interface DamagedMessage {
  readonly messageId: string;
  /** What is wrong with it. */
  readonly error: string;
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string;
  /** By the service's clock, epoch milliseconds. */
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly receiveCount: number;
  readonly senderId?: string;
  readonly groupId?: string;
}

export interface DeleteBatchRequest extends QueueRequest {
  readonly receiptHandles: readonly string[];
}

export interface ChangeVisibilityBatchRequest extends QueueRequest {
  readonly entries: readonly { readonly receiptHandle: string; readonly visibilityMs: number }[];
}

export interface CreateQueueRequest {
  readonly name: string;
  readonly attributes?: Partial<QueueAttributes>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface QueueAttributes {
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly delayMs: number;
  readonly maxMessageBytes: number;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  /** A message received more often than `maxReceiveCount` moves to the queue with this ARN. */
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
  readonly arn: string;
  /** Approximate; they settle about a minute after the last send. */
  readonly visibleCount: number;
  readonly inFlightCount: number;
  readonly delayedCount: number;
  readonly createdAtMs: number;
  /** Attributes of the service that this list does not name, passed through as they are. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** What {@link QueueService.setQueueAttributes} can change. */
export type QueueAttributeChanges = Partial<
  Pick<
    QueueAttributes,
    | 'visibilityMs'
    | 'retentionMs'
    | 'delayMs'
    | 'maxMessageBytes'
    | 'contentBasedDeduplication'
    | 'redrive'
    | 'extra'
  >
>;

export interface StartMessageMoveTaskRequest {
  /** Of a queue that is the dead-letter queue of another. */
  readonly sourceArn: string;
  /** Default: each message's own source, which only those have that the service itself moved. */
  readonly destinationArn?: string;
  /** SQS: 1 to 500. Default: as fast as it likes. */
  readonly maxPerSecond?: number;
  readonly signal?: AbortSignal;
}

export interface MessageMoveTask {
  /** SQS gives it of running tasks only. */
  readonly taskHandle?: string;
  /** `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`. */
  readonly status: string;
  /** Approximate. */
  readonly movedCount: number;
  /** How many there were at the start; absent where the service does not say. */
  readonly toMoveCount?: number;
  readonly failureReason?: string;
}
