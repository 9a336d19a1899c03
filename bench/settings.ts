/** What a child process is told to be. Goes over IPC, so it is plain data. */
export interface SubjectSettings {
  readonly subject: SubjectName;
  readonly server: ServerAddress;
  /** Begins the names of all queues. */
  readonly namespace: string;
  /** Added to every API request, half of it on the way there. */
  readonly latencyMs: number;
  readonly packing: boolean;
  readonly adapter: 'sdk' | 'lean';
  readonly concurrency: number;
  /** How long the handler takes. */
  readonly handlerMs: number;
}

/** Over SQS: replyq; what is written by hand; the SDK alone, one request at a time. */
export const SQS_SUBJECTS = ['replyq', 'by-hand', 'floor'] as const;

/** In one process: replyq with a contract, replyq under tRPC's client, tRPC without a queue. */
export const MEMORY_SUBJECTS = ['contract', 'queueLink', 'createCaller'] as const;

export type SubjectName = (typeof SQS_SUBJECTS)[number] | (typeof MEMORY_SUBJECTS)[number];

/** Whether a subject's requester needs a responder beside it. */
export function hasResponder({ subject }: Pick<SubjectSettings, 'subject'>): boolean {
  return subject === 'replyq' || subject === 'by-hand';
}

/** Whose open calls are weighed. `tRPC`: its client with a link that does nothing. */
export const PENDING_SUBJECTS = ['contract', 'contract, signal', 'queueLink', 'tRPC'] as const;

export type PendingSubject = (typeof PENDING_SUBJECTS)[number];

/**
 * Tasks over SQS: replyq with packing declared, replyq without, sqs-producer with sqs-consumer. Over Redis: BullMQ.
 */
export const TASK_SUBJECTS = ['replyq-packed', 'replyq', 'sqs-consumer', 'bullmq'] as const;

export type TaskSubject = (typeof TASK_SUBJECTS)[number];

/** Like {@link SubjectSettings}, of one that works tasks off. */
export interface TaskSettings extends Omit<SubjectSettings, 'subject' | 'packing' | 'handlerMs'> {
  readonly subject: TaskSubject;
  /** Where BullMQ keeps its tasks. */
  readonly redisUrl: string;
}

/** For an SDK client. What is missing comes by the SDK's own chains. */
export interface ServerAddress {
  /** Ours, in memory, gone when it ends. */
  readonly embedded: boolean;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
