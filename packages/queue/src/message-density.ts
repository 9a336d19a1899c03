import { ATTRIBUTE } from '@replyq/contract/wire';
import type { ReceivedMessage } from './queue-service.ts';

/** What a responder may hold beyond its slots where messages turn out fuller than those before. */
const MOST_TIMES_ROOM = 4;
/** What is left of the memory of fuller messages after a receive without any. */
const KEPT = 0.75;

/**
 * How many frames the messages of one queue lately held: a receive asks for as many messages as there
 * is room for at that. Grows at once, falls slowly. Not what responders say that they take: many
 * requesters with one call each send one frame a message, whatever they may.
 */
export class MessageDensity {
  /** The most that a message should hold. */
  readonly #most: number;
  #frames = 1;

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  get framesPerMessage(): number {
    return Math.round(this.#frames);
  }

  /** Messages to ask for where there is room for so many frames; one at least. */
  messagesFor(room: number): number {
    const expected = Math.floor(room / this.framesPerMessage);
    return Math.max(1, Math.min(expected, Math.floor((room * MOST_TIMES_ROOM) / this.#most)));
  }

  received(messages: readonly ReceivedMessage[]): void {
    if (messages.length === 0) return;
    const fullest = Math.max(...messages.map(framesOf));
    this.#frames = Math.max(fullest, 1 + (this.#frames - 1) * KEPT);
  }
}

/** As the message says; who says more than is there only lowers what we ask for. */
function framesOf({ attributes }: ReceivedMessage): number {
  const value = Object.hasOwn(attributes, ATTRIBUTE.pack)
    ? attributes[ATTRIBUTE.pack]?.value
    : undefined;
  const count = typeof value === 'string' ? Number(value) : 1;
  return Number.isSafeInteger(count) ? Math.min(Math.max(1, count), 256) : 1;
}
