import type {
  BoundProcedure,
  InferInput,
  InferOutput,
  InferProgress,
  RpcError,
} from '@replyq/contract';
import type { EnqueueOptions } from './enqueue-options.ts';

/** The mutations of a contract as tasks, nested as the contract is. */
export type TasksOf<TContract, TName extends keyof TContract = EnqueuableName<TContract>> = {
  readonly [TKey in TName]: TContract[TKey] extends BoundProcedure
    ? TaskProcedure<TContract[TKey]>
    : TasksOf<TContract[TKey]>;
};

/** What is asked for an answer cannot be enqueued: there would be nobody to answer. */
type EnqueuableName<TContract> = {
  [TName in keyof TContract]: TContract[TName] extends {
    readonly type: 'query' | 'subscription';
  }
    ? never
    : TName;
}[keyof TContract];

export interface TaskProcedure<TProcedure extends BoundProcedure> {
  /**
   * As below, and the result is waited for: a reply queue is made first, if there is none. What the task comes to
   * is told by `result()` of its handle.
   */
  enqueue(
    input: InferInput<TProcedure>,
    options: EnqueueOptions & ResultOptions<InferProgress<TProcedure>>,
  ): Promise<AwaitedTask<InferOutput<TProcedure>>>;
  /**
   * Hands one task over to the queue; it is there when the promise resolves. Rejects with an `RpcError`:
   * BAD_REQUEST before anything is sent, else with what the queue said. `maybeExecuted` is true only
   * where it may have been taken all the same (SEND_UNKNOWN).
   */
  enqueue(...args: EnqueueArgs<InferInput<TProcedure>>): Promise<TaskHandle>;
  /**
   * Hands many over, in this order as far as the queue keeps one. Rejects with BAD_REQUEST before anything is
   * sent if one of them is wrong; says of each of the others what became of it.
   */
  enqueueMany(
    tasks: readonly TaskOf<InferInput<TProcedure>>[],
    options: EnqueueOptions & ResultOptions<InferProgress<TProcedure>>,
  ): Promise<readonly EnqueueResult<AwaitedTask<InferOutput<TProcedure>>>[]>;
  enqueueMany(
    tasks: readonly TaskOf<InferInput<TProcedure>>[],
    options?: EnqueueOptions,
  ): Promise<readonly EnqueueResult[]>;
  /**
   * Ends what was enqueued with this `scheduleKey`: once it has resolved, no run of it begins. True: a task was waiting, as
   * far as the schedule store knows; false: it has begun, or there is none. Rejects with an `RpcError`: BAD_REQUEST without
   * a store or for what is no key, SERVICE_UNAVAILABLE where the store does not answer.
   */
  cancel(scheduleKey: string): Promise<boolean>;
}

type EnqueueArgs<TInput> = undefined extends TInput
  ? [input?: TInput, options?: EnqueueOptions]
  : [input: TInput, options?: EnqueueOptions];

/** One of many: its input, and its own options, which win over those of all. */
export type TaskOf<TInput> = EnqueueOptions &
  (undefined extends TInput ? { readonly input?: TInput } : { readonly input: TInput });

/** A task that the queue has taken. */
export interface TaskHandle {
  /** The same for all its runs; the handler gets it, too. */
  readonly id: string;
  /** As the queue named the message; tasks that share one have the same. */
  readonly messageId: string;
  readonly procedure: string;
  readonly queue: string;
}

/** Says that the result is waited for, by this process. */
export interface ResultOptions<TProgress> {
  /**
   * For how long, from when its turn comes to be sent: 1 to 2^31-1. `true`: its delay and one hour. A reply queue is
   * read all the while, and the process kept alive. What has not left by then is not sent: NOT_SENT.
   */
  readonly result: true | { readonly withinMs: number };
  /**
   * Called with what a run tells of itself: the newest, about once a second. Runs that are tried again start over.
   * What it throws or rejects with is ignored.
   */
  readonly onProgress?: (value: TProgress) => void;
}

/** How long one look at the result may take. */
export interface WaitOptions {
  /** More than 0, at most 2^31-1. Default: as long as the result is waited for at all. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A task that the queue has taken, and whose result this process waits for. */
export interface AwaitedTask<TOutput> extends Omit<TaskHandle, 'messageId'> {
  /** As the queue named the message. Undefined: what the queue said was lost, and the reply came all the same. */
  readonly messageId: string | undefined;
  /**
   * Resolves with the result. Rejects with an `RpcError`: what the task failed with for good, TIMEOUT, CLOSED when
   * the requester closes, REPLY_QUEUE_LOST; BAD_REQUEST for options that are none. After TIMEOUT and CANCELLED of
   * one look it can be asked again.
   */
  result(options?: WaitOptions): Promise<TOutput>;
}

export type EnqueueResult<TTask = TaskHandle> =
  | { readonly ok: true; readonly task: TTask }
  | { readonly ok: false; readonly error: RpcError };
