import type { Failure } from '../queue-service.ts';

/** Why a receive from a virtual queue came to nothing. */
export type VirtualQueueEnd =
  /** It, or its host queue, does not exist (any more). */
  | { readonly kind: 'gone' }
  | { readonly kind: 'aborted' }
  /** Its host queue could not be read. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Thrown to those who read virtual queues; each service says it in its own words. */
export class VirtualQueueEnded extends Error {
  readonly end: VirtualQueueEnd;

  constructor(end: VirtualQueueEnd) {
    super(end.kind === 'failed' ? end.failure.error : end.kind);
    this.name = 'VirtualQueueEnded';
    this.end = end;
  }
}
