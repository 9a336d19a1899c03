import type { OpenCall } from './load.ts';

/** A leak of our own, round each call. */
export interface Plant {
  readonly name: string;
  around(call: OpenCall, answer: Promise<unknown>): Promise<unknown>;
}

const KEPT_OF = 100;

/** What a forgotten entry in a table is: small, and rare. Only a count sees it. */
export class KeptEntries implements Plant {
  readonly name = 'an entry kept of 1 call in 100';
  readonly #kept: OpenCall[] = [];
  #calls = 0;

  around(call: OpenCall, answer: Promise<unknown>): Promise<unknown> {
    this.#calls += 1;
    if (this.#calls % KEPT_OF === 0) this.#kept.push(call);
    return answer;
  }
}

/** What a race against a signal's promise is: no object of ours, but a reaction for each call. */
export class RaceLeak implements Plant {
  readonly name = 'a race with a promise that never settles';
  readonly #never: Promise<never> = new Promise(() => undefined);

  around(_call: OpenCall, answer: Promise<unknown>): Promise<unknown> {
    return Promise.race([this.#never, answer]);
  }
}
