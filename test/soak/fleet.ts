import type { Responder } from '@replyq/responder';
import { openCaller, type Caller } from './caller.ts';
import { serveContract, serveRouter, type Serving } from './services.ts';

const CALLERS = 4;
/** Two of each kind, so that one serves while the other is replaced. */
const KINDS = [serveContract, serveRouter, serveContract, serveRouter];

/** The requesters and responders of one transport, of which one at a time is closed and made anew. */
export class Fleet {
  readonly #serving: Serving;
  readonly #callers: Caller[];
  readonly #responders: Responder[];
  #replacedCallers = 0;
  #replacedResponders = 0;

  constructor(serving: Serving) {
    const { observer, transport } = serving;
    this.#serving = serving;
    this.#callers = Array.from({ length: CALLERS }, () => openCaller(transport, observer));
    this.#responders = KINDS.map((serve) => serve(serving));
  }

  get size(): { readonly requesters: number; readonly responders: number } {
    return { requesters: this.#callers.length, responders: this.#responders.length };
  }

  async start(): Promise<void> {
    for (const responder of this.#responders) await responder.start();
  }

  callers(): readonly Caller[] {
    return this.#callers;
  }

  caller(callNumber: number): Caller {
    const caller = this.#callers[callNumber % this.#callers.length];
    if (caller === undefined) throw new Error('The fleet is closed.');
    return caller;
  }

  /** Calls that the requesters believe to be open. */
  pending(): number {
    return this.#callers.reduce((open, { requester }) => open + requester.pendingCount(), 0);
  }

  /** Handlers that hold a slot. */
  running(): number {
    return this.#responders.reduce((sum, each) => sum + each.health().runningHandlers, 0);
  }

  /** In the middle of its calls. */
  async replaceCaller(): Promise<void> {
    const { observer, transport } = this.#serving;
    const at = this.#replacedCallers % this.#callers.length;
    this.#replacedCallers += 1;
    const [closed] = this.#callers.splice(at, 1, openCaller(transport, observer));
    await closed?.requester.close();
  }

  async replaceResponder(): Promise<void> {
    const at = this.#replacedResponders % this.#responders.length;
    this.#replacedResponders += 1;
    const serve = KINDS[at] ?? serveContract;
    const responder = serve(this.#serving);
    await responder.start();
    const [closed] = this.#responders.splice(at, 1, responder);
    await closed?.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.#callers.splice(0).map(({ requester }) => requester.close()));
    await Promise.all(this.#responders.splice(0).map((responder) => responder.close()));
  }
}
