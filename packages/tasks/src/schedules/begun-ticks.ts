interface Span {
  readonly fromMs: number;
  toMs: number;
}

/**
 * The ticks that a process has begun, as spans without gaps: a clock that is set back passes them once more. Two numbers
 * for each time that the clock was set, or a tick came to nothing.
 */
export class BegunTicks {
  #spans: Span[] = [];

  /** The last tick of the span that this one is in; undefined: it has not begun. */
  spanEnd(atMs: number): number | undefined {
    return this.#spans.find(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs)?.toMs;
  }

  /** `atMs` is the first tick after `previousMs`. */
  add(atMs: number, previousMs: number): void {
    const span = this.#spans.find(({ toMs }) => toMs === previousMs);
    if (span === undefined) this.#spans.push({ fromMs: atMs, toMs: atMs });
    else span.toMs = atMs;
  }

  /** It came to nothing. */
  remove(atMs: number): void {
    const span = this.#spans.find(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
    if (span === undefined) return;
    const { fromMs, toMs } = span;
    const parts = [
      { fromMs, toMs: atMs - 1 },
      { fromMs: atMs + 1, toMs },
    ];
    this.#spans.splice(this.#spans.indexOf(span), 1, ...parts.filter(isSpan));
  }

  /** Forgets the spans that end before or after. */
  keep(fromMs: number, toMs: number): void {
    this.#spans = this.#spans.filter((span) => span.toMs >= fromMs && span.toMs <= toMs);
  }
}

function isSpan({ fromMs, toMs }: Span): boolean {
  return fromMs <= toMs;
}
