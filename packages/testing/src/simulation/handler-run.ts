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
    const { call, callId, idempotencyKey, idempotent, input, signal } = request;
    const { forMs, kind, replyChars } = input.work;
    host.tell({
      kind: 'runStarted',
      run,
      call,
      callId,
      idempotent,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    this.#live.add(run);
    const onAbort = (): void => {
      this.#live.delete(run);
      host.tell({ kind: 'runAborted', run, reason: (signal.reason as Error).name });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#sleeping += 1;
    await sleep(host.runtime, forMs, kind === 'ignoreSignal' ? {} : { signal });
    this.#sleeping -= 1;
    signal.removeEventListener('abort', onAbort);
    this.#live.delete(run);
    const failed = kind === 'throw' || kind === 'declared' || (signal.aborted && kind === 'return');
    host.tell({ kind: 'runEnded', run, failed });
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
