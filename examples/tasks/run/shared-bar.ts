import type { Bar } from './terminal.ts';

/** One bar for many tasks that tell how far they are. */
export class SharedBar {
  /** How often one of them has told. */
  told = 0;
  readonly #bar: Bar;
  readonly #steps: number;
  readonly #doneOf: Map<string, number>;

  /** `steps` of each of `names`. */
  constructor(bar: Bar, names: readonly string[], steps: number) {
    this.#bar = bar;
    this.#steps = steps;
    this.#doneOf = new Map(names.map((name) => [name, 0]));
  }

  show(): void {
    const done = [...this.#doneOf.values()].reduce((sum, each) => sum + each, 0);
    this.#bar.show(done, this.#doneOf.size * this.#steps);
  }

  tell(name: string, done: number): void {
    this.told += 1;
    this.#doneOf.set(name, done);
    this.show();
  }

  /** The result is here: what was told last may have been less. */
  finish(name: string): void {
    this.#doneOf.set(name, this.#steps);
    this.show();
  }

  end(): void {
    this.#bar.end();
  }
}
