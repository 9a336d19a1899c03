import { sleep } from '@replyq/contract/transport';
import type { RunRequest } from './call-system.ts';
import type { SimHost } from './simulation.ts';

/** What a handler throws when its work is to throw. */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';
  readonly declared: boolean;

  constructor(declared: boolean) {
    super('As planned');
    this.declared = declared;
  }
}

/** The runs of one process. */
export class HandlerRuns {
  readonly #host: SimHost;
  readonly #live = new Set<string>();
  #sleeping = 0;
  #count = 0;

  constructor(host: SimHost) {
    this.#host = host;
  }

  /** Those that nobody has told to end. */
  get live(): number {
    return this.#live.size;
  }

  /** Timers that are the handlers' own. */
  get sleeping(): number {
    return this.#sleeping;
  }

  async run(request: RunRequest): Promise<unknown> {
    const { host, run } = { host: this.#host, run: `${this.#host.name}/${(this.#count += 1)}` };
    const { attempt, call, callId, diesAfterMs, idempotencyKey, idempotent, input, signal } =
      request;
    const { forMs, kind, replyChars } = input.work;
    host.tell({
      kind: 'runStarted',
      run,
      call,
      callId,
      idempotent,
      ...(attempt === undefined ? {} : { attempt }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    this.#live.add(run);
    const onAbort = (): void => {
      this.#live.delete(run);
      host.tell({ kind: 'runAborted', run, reason: (signal.reason as Error).name });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // As an event of its own: nothing of the process runs on.
    const death =
      diesAfterMs === undefined
        ? undefined
        : host.runtime.setTimer(diesAfterMs, () => host.process.crash());
    const timers = death === undefined ? 1 : 2;
    this.#sleeping += timers;
    await sleep(host.runtime, forMs, kind === 'ignoreSignal' ? {} : { signal });
    this.#sleeping -= timers;
    death?.cancel();
    signal.removeEventListener('abort', onAbort);
    this.#live.delete(run);
    const failed = kind === 'throw' || kind === 'declared' || (signal.aborted && kind === 'return');
    const final = attempt !== undefined && kind === 'declared';
    host.tell({ kind: 'runEnded', run, failed, ...(final ? { final } : {}) });
    if (failed) throw new HandlerFailure(kind === 'declared');
    return answerOf(input.subject, replyChars);
  }
}

/** The one right answer. */
export function answerOf(
  subject: string,
  chars: number,
): { readonly subject: string; readonly bulk: string } {
  return { subject, bulk: 'x'.repeat(chars) };
}
