import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FifoShelf } from './fifo-shelf.ts';
import { storeMessage, type StoredMessage } from './stored-message.ts';

type Step =
  | { readonly do: 'send'; readonly group: string }
  | { readonly do: 'take'; readonly max: number }
  | { readonly do: 'putBack' | 'delete' | 'deleteVisible'; readonly pick: number };

const group = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), group }),
  fc.record({ do: fc.constant('take' as const), max: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    do: fc.constantFrom('putBack' as const, 'delete' as const, 'deleteVisible' as const),
    pick: fc.nat(20),
  }),
);

/** A shelf, and beside it every message that is still there, in the order of sends. */
class CheckedShelf {
  readonly #shelf = new FifoShelf();
  #messages: readonly StoredMessage[] = [];
  #sequence = 0;

  /** Takes one step; what the shelf then shows, and what it should. */
  take(step: Step): { readonly actual: unknown; readonly expected: unknown } {
    switch (step.do) {
      case 'send':
        this.#put(this.#create(step.group));
        break;
      case 'take':
        return this.#take(step.max);
      case 'putBack':
        this.#withOne('inFlight', step.pick, (message) => this.#put(message));
        break;
      case 'delete':
        this.#withOne('inFlight', step.pick, (message) => this.#delete(message));
        break;
      case 'deleteVisible':
        this.#withOne('visible', step.pick, (message) => this.#delete(message));
    }
    return { actual: this.#shelf.size, expected: this.#at('visible').length };
  }

  #take(max: number): { readonly actual: unknown; readonly expected: unknown } {
    const expected = this.#wouldTake(max);
    const ready = this.#shelf.isReady();
    const actual = this.#shelf.take(max, () => true);
    for (const message of actual) message.place = 'inFlight';
    return {
      actual: { ready, actual },
      expected: { ready: expected.length > 0, actual: expected },
    };
  }

  #wouldTake(max: number): readonly StoredMessage[] {
    const locked = new Set(this.#at('inFlight').map(({ groupId }) => groupId));
    const free = this.#at('visible').filter(({ groupId }) => !locked.has(groupId));
    const groups = [...new Set(free.map(({ groupId }) => groupId))];
    return groups.flatMap((id) => free.filter(({ groupId }) => groupId === id)).slice(0, max);
  }

  #create(groupId: string): StoredMessage {
    this.#sequence += 1;
    const message = storeMessage(
      { body: 'x', attributes: {}, groupId },
      { messageId: `${this.#sequence}`, sentAtMs: 0, storedAtMs: 0, sequence: this.#sequence },
    );
    this.#messages = [...this.#messages, message];
    return message;
  }

  #put(message: StoredMessage): void {
    message.place = 'visible';
    this.#shelf.put(message);
  }

  #delete(message: StoredMessage): void {
    this.#shelf.forget(message);
    message.place = 'gone';
    this.#messages = this.#messages.filter((other) => other !== message);
  }

  #at(place: StoredMessage['place']): readonly StoredMessage[] {
    return this.#messages.filter((message) => message.place === place);
  }

  #withOne(
    place: StoredMessage['place'],
    pick: number,
    act: (message: StoredMessage) => void,
  ): void {
    const candidates = this.#at(place);
    const message = candidates[pick % candidates.length];
    if (message !== undefined) act(message);
  }
}

it('hands out what a list of all messages would hand out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const shelf = new CheckedShelf();
      const views = steps.map((next) => shelf.take(next));
      expect(views.map(({ actual }) => actual)).toEqual(views.map(({ expected }) => expected));
    }),
    { numRuns: 500 },
  );
});
