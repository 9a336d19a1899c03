/** What the example has promised, and whether it is so. */
export class Checks {
  readonly #lines: string[] = [];
  #broken = 0;

  /** `claim` says what was measured; it holds or not. */
  expect(holds: boolean, claim: string): void {
    this.#lines.push(`${holds ? 'ok ' : 'NOT'}  ${claim}`);
    if (!holds) this.#broken += 1;
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  /** Throws an `Error` that says how many do not hold. */
  assertAllHold(): void {
    if (this.#broken === 0) return;
    const count = `${this.#broken} of ${this.#lines.length}`;
    throw new Error(`${count} claims do not hold: see the lines that begin with NOT.`);
  }
}
