import type { BoundProcedure, InferInput, RpcError } from '@replyq/contract';
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
    options?: EnqueueOptions,
  ): Promise<readonly EnqueueResult[]>;
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

export type EnqueueResult =
  | { readonly ok: true; readonly task: TaskHandle }
  | { readonly ok: false; readonly error: RpcError };
