import { Child, type Ending, type Role } from './child.ts';

export interface Past {
  readonly name: string;
  readonly role: string;
  readonly ending: Ending;
}

/** Processes of one role: as many as there should be, each replaced when it ends. */
export class Crew {
  readonly #role: Role;
  readonly #settings: object;
  readonly #places: { child: Child; lives: number }[] = [];
  readonly #endings: Promise<Past>[] = [];
  #closing = false;
  #failure: string | undefined;

  /** `settings` are what all their programs are started with, beside a name. */
  constructor(role: Role, count: number, settings: object) {
    this.#role = role;
    this.#settings = settings;
    for (let place = 0; place < count; place += 1) {
      this.#places.push({ child: this.#begin(place, 0), lives: 1 });
    }
  }

  get children(): readonly Child[] {
    return this.#places.map(({ child }) => child);
  }

  /** Why one of them has ended that nobody had ended. */
  get failure(): string | undefined {
    return this.#failure;
  }

  async ready(): Promise<void> {
    for (const { child } of this.#places) {
      if (await child.heard('ready')) continue;
      const ending = await child.ended;
      if (ending.kind === 'failed') throw new Error(`${child.name} ${ending.reason}`);
    }
  }

  /** The next from `place` on that is at work; undefined: none is. */
  atWork(place: number): Child | undefined {
    const children = this.children;
    const turned = children.map((_, n) => children[(place + n) % children.length]);
    return turned.find((child) => child?.isAtWork === true);
  }

  /** Starts the next life of a child's place. Resolves when that is ready. */
  async replace(child: Child): Promise<void> {
    const place = this.#places.findIndex((each) => each.child === child);
    const found = this.#places[place];
    if (found === undefined || this.#closing) return;
    found.child = this.#begin(place, found.lives);
    found.lives += 1;
    await found.child.heard('ready');
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.children.map((child) => child.close()));
  }

  /** All that have ended, or are told to. */
  async past(): Promise<readonly Past[]> {
    return Promise.all(this.#endings);
  }

  #begin(place: number, life: number): Child {
    const name = `${this.#role.role}-${place}.${life}`;
    const child = new Child(this.#role, { ...this.#settings, name });
    const { role } = child;
    const past = child.ended.then((ending) => {
      if (ending.kind === 'failed') this.#failure ??= `${name} ${ending.reason}`;
      return { name, role, ending };
    });
    this.#endings.push(past);
    return child;
  }
}
