import type { Fact, Happening } from './fact.ts';

/** An append-only list of facts. */
export class History {
  readonly #facts: Fact[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get facts(): readonly Fact[] {
    return this.#facts;
  }

  add(process: string, happening: Happening): void {
    this.#facts.push({ atMs: this.#nowMs(), process, ...happening });
  }
}

/** The same for two runs only if all their facts are the same, in the same order. 64 bits, not for secrets. */
export function hashFacts(facts: readonly Fact[]): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (const fact of facts) {
    const text = JSON.stringify(fact);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b);
    }
  }
  return `${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;
}
