import type { FailureKind, QueueService } from '@replyq/queue';

export type ServiceOperation = Exclude<keyof QueueService, 'limits' | 'checkHost' | 'close'>;

/** What becomes of one call. */
export type ScriptStep =
  | { readonly kind: 'pass' }
  /** No effect, and this answer. `failure` `unknown` is a request that was lost on its way. */
  | { readonly kind: 'fail'; readonly failure: FailureKind }
  /** It takes effect; its answer is lost: `unknown`. */
  | { readonly kind: 'loseAnswer' }
  /** Of a batch: this entry fails without effect, the others pass. */
  | { readonly kind: 'failEntry'; readonly index: number; readonly failure: FailureKind }
  /** Of a batch: all take effect; the answer does not mention this entry. */
  | { readonly kind: 'dropEntry'; readonly index: number }
  /** Goes on once `until` resolves; without it a black hole. Ends when aborted, healed or closed. */
  | { readonly kind: 'hold'; readonly until?: Promise<void> }
  /** Takes effect at once; the answer comes once `until` resolves. */
  | { readonly kind: 'holdAnswer'; readonly until?: Promise<void> };

/** The request of an operation. */
export type ServiceRequest<O extends ServiceOperation> = Parameters<
  NonNullable<QueueService[O]>
>[0];

/** A script for what a queue service does next, and a record of what it was asked. */
export interface ServiceScript {
  /** One step for each of the next calls of `operation`, after those that are scripted already. */
  next(operation: ServiceOperation, ...steps: readonly ScriptStep[]): void;
  /** The step of each call for which {@link next} has none (any more). */
  always(operation: ServiceOperation, step: ScriptStep): void;
  /** Forgets all steps and lets go of what is held. */
  heal(): void;
  /** Calls of `operation` since the start, answered or not. */
  count(operation: ServiceOperation): number;
  /** Their requests, in order. */
  requests<O extends ServiceOperation>(operation: O): readonly ServiceRequest<O>[];
}
