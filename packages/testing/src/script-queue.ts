import type { Failure } from '@replyq/queue';
import type {
  ScriptStep,
  ServiceOperation,
  ServiceRequest,
  ServiceScript,
} from './service-script.ts';

const PASS: ScriptStep = { kind: 'pass' };
const ABORTED: Failure = { kind: 'aborted', error: 'Scripted: aborted while it was held' };
const CLOSED: Failure = { kind: 'unreachable', error: 'Scripted: closed while it was held' };

/** The steps that are still to come, the calls that are held, and the record of all calls. */
export class ScriptQueue implements ServiceScript {
  readonly #steps = new Map<ServiceOperation, ScriptStep[]>();
  readonly #standing = new Map<ServiceOperation, ScriptStep>();
  readonly #requests = new Map<ServiceOperation, object[]>();
  readonly #held = new Set<(end: Failure | undefined) => void>();

  next(operation: ServiceOperation, ...steps: readonly ScriptStep[]): void {
    this.#steps.set(operation, [...(this.#steps.get(operation) ?? []), ...steps]);
  }

  always(operation: ServiceOperation, step: ScriptStep): void {
    this.#standing.set(operation, step);
  }

  heal(): void {
    this.#steps.clear();
    this.#standing.clear();
    this.#endAll(undefined);
  }

  close(): void {
    this.#endAll(CLOSED);
  }

  count(operation: ServiceOperation): number {
    return this.#requests.get(operation)?.length ?? 0;
  }

  requests<O extends ServiceOperation>(operation: O): readonly ServiceRequest<O>[] {
    return [...(this.#requests.get(operation) ?? [])] as ServiceRequest<O>[];
  }

  /** The step of the call that is about to come. */
  peek(operation: ServiceOperation): ScriptStep {
    return this.#steps.get(operation)?.[0] ?? this.#standing.get(operation) ?? PASS;
  }

  /** The step of this call, which is put on record. */
  take(operation: ServiceOperation, request: object): ScriptStep {
    const requests = this.#requests.get(operation) ?? [];
    requests.push(request);
    this.#requests.set(operation, requests);
    return this.#steps.get(operation)?.shift() ?? this.#standing.get(operation) ?? PASS;
  }

  /** Resolves when the call may go on, or with how it ended instead. */
  held(
    { until }: { readonly until?: Promise<void> },
    signal: AbortSignal | undefined,
  ): Promise<Failure | undefined> {
    if (signal?.aborted === true) return Promise.resolve(ABORTED);
    return new Promise((resolve) => {
      const end = (failure: Failure | undefined): void => {
        this.#held.delete(end);
        signal?.removeEventListener('abort', abort);
        resolve(failure);
      };
      const abort = (): void => end(ABORTED);
      this.#held.add(end);
      signal?.addEventListener('abort', abort, { once: true });
      void until?.then(() => end(undefined));
    });
  }

  #endAll(failure: Failure | undefined): void {
    for (const end of this.#held) end(failure);
  }
}
