import type { ProcessTrace } from './process-trace.ts';

/** Faults of a kind that has no end of its own. */
const LASTING: ReadonlySet<string> = new Set(['outage', 'loseQueue', 'purge']);
/** The longest that such a one lasts, and that an operation is on its way. */
const LASTS_MS = 62_000;
const ON_ITS_WAY_MS = 16_000;

interface FaultTrace {
  readonly kind: string;
  /** `responder-1.1/renew/4`. */
  readonly subject: string;
  readonly atMs: number;
}

/** The faults of a history, as excuses. */
export class FaultIndex {
  readonly #faults: FaultTrace[] = [];

  happened(atom: string, atMs: number): void {
    const at = atom.indexOf('@');
    this.#faults.push({ kind: atom.slice(0, at), subject: atom.slice(at + 1), atMs });
  }

  /** Whether one of these operations of the process may have suffered from a fault between the two. */
  hit(
    { name }: ProcessTrace,
    operations: readonly string[],
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): boolean {
    return this.#faults.some(({ atMs, kind, subject }) => {
      if (atMs > toMs) return false;
      if (LASTING.has(kind)) return atMs >= fromMs - LASTS_MS;
      if (atMs < fromMs - ON_ITS_WAY_MS) return false;
      return operations.some((operation) => subject.startsWith(`${name}/${operation}`));
    });
  }
}
