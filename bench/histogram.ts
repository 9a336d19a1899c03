/** Buckets per power of two: a percentile is wrong by less than 0.8 %. */
const PER_OCTAVE_BITS = 7;
const PER_OCTAVE = 2 ** PER_OCTAVE_BITS;
/** 2^31 µs: 35 minutes, and all that is longer. */
const MAX_US = 2 ** 31 - 1;
const BUCKETS = PER_OCTAVE * (31 - PER_OCTAVE_BITS + 1);

/** Counts of durations in buckets that grow with the duration. Its size is fixed. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  record(ms: number): void {
    const us = Math.min(MAX_US, Math.max(0, Math.round(ms * 1000)));
    const index = indexOf(us);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** In milliseconds, the middle of the bucket; 0 when nothing was recorded. `share` is from 0 to 1. */
  percentileMs(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return middleUs(index) / 1000;
    }
    return 0;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  /** The buckets that are not empty, as pairs of index and count: to be sent to another process. */
  entries(): readonly (readonly [index: number, count: number])[] {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  /** Throws a `RangeError` for a bucket that is none. */
  add(entries: readonly (readonly [index: number, count: number])[]): void {
    for (const [index, count] of entries) {
      const before = this.#counts[index];
      if (before === undefined) throw new RangeError(`no bucket ${index} among ${BUCKETS}`);
      this.#counts[index] = before + count;
      this.#total += count;
    }
  }
}

/** Below 128 µs a bucket is a microsecond; above, the highest seven bits below the first one choose. */
function indexOf(us: number): number {
  if (us < PER_OCTAVE) return us;
  const octave = 31 - Math.clz32(us) - PER_OCTAVE_BITS;
  return PER_OCTAVE * (octave + 1) + (us >>> octave) - PER_OCTAVE;
}

function middleUs(index: number): number {
  if (index < PER_OCTAVE) return index;
  const octave = Math.floor(index / PER_OCTAVE) - 1;
  const lowest = ((index % PER_OCTAVE) + PER_OCTAVE) * 2 ** octave;
  return lowest + (2 ** octave - 1) / 2;
}
