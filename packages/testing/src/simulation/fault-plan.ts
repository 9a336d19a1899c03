import type { History } from './history.ts';

/** How often each fault happens where it could, 0 to 1. */
export type FaultRates = Readonly<Partial<Record<string, number>>>;

export interface FaultPlanOptions {
  readonly seed: number;
  readonly rates: FaultRates;
  readonly history: History;
  /** Atoms that do not happen although the seed says so: what a shrinker has taken out. */
  readonly muted?: ReadonlySet<string>;
  /** Only these atoms happen, whatever the rates: one enumerated scenario. */
  readonly only?: ReadonlySet<string>;
}

/**
 * Decides which faults happen. Each decision depends on the seed and on what it is about (process,
 * operation, how often before), not on what was decided before: taking one fault out of a run
 * leaves the others where they were, and so a failing run shrinks.
 */
export class FaultPlan {
  readonly #options: FaultPlanOptions;
  readonly #fired = new Set<string>();
  readonly #possible = new Set<string>();
  #healed = false;

  constructor(options: FaultPlanOptions) {
    this.#options = options;
  }

  /** The names of what has happened, as `muted` and `only` take them. */
  get fired(): readonly string[] {
    return [...this.#fired];
  }

  /** With `only`: the names of all that could have happened. */
  get possible(): readonly string[] {
    return [...this.#possible];
  }

  /** From now on nothing happens any more. */
  heal(): void {
    this.#healed = true;
  }

  /** Whether the fault `kind` happens to `subject`. */
  happens(kind: string, subject: string): boolean {
    if (this.#healed) return false;
    const { only, rates, seed } = this.#options;
    const atom = `${kind}@${subject}`;
    if (only !== undefined) {
      this.#possible.add(atom);
      return only.has(atom) && this.#fire(atom);
    }
    const rate = rates[kind] ?? 0;
    return rate > 0 && hashUnit(seed, atom) < rate && this.admits(atom) && this.#fire(atom);
  }

  /** Whether a planned event may happen; if so it counts as having happened. */
  takes(atom: string): boolean {
    return this.admits(atom) && this.#fire(atom);
  }

  admits(atom: string): boolean {
    const { muted, only } = this.#options;
    return only === undefined ? muted?.has(atom) !== true : only.has(atom);
  }

  /** Uniform in [0, 1), by the same rule: it depends on what it is about. */
  draw(kind: string, subject: string): number {
    return hashUnit(this.#options.seed, `${kind}#${subject}`);
  }

  #fire(atom: string): true {
    this.#fired.add(atom);
    this.#options.history.add('service', { kind: 'fault', atom });
    return true;
  }
}

/** FNV-1a, mixed so that texts which differ in their last character are far apart. */
export function hashUnit(seed: number, text: string): number {
  let value = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
