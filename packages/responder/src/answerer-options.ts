import type { Outbox, ReplyRouter, Runtime } from '@replyq/contract/transport';
import type { IncomingCall } from './incoming.ts';
import type { ResolvedAnswererSettings } from './responder-options.ts';
import type { ServiceTable } from './service.ts';

export interface AnswererOptions {
  readonly runtime: Runtime;
  readonly table: ServiceTable;
  readonly replies: ReplyRouter;
  readonly settings: ResolvedAnswererSettings;
  readonly createContext: (call: IncomingCall) => unknown;
  /** The request queue's name, for observers. */
  readonly queue: string;
  /** Aborts when nothing more is to be started. */
  readonly draining: AbortSignal;
  /** Aborts when running handlers are waited for no longer. */
  readonly closing: AbortSignal;
  /** Requests that may wait here for another run of theirs. */
  readonly maxWaiting: number;
  /** Of the request queue. */
  readonly own: () => Outbox;
  /** For tasks that fail for good; undefined: it is not known where. */
  readonly deadLetters: () => Outbox | undefined;
  /** Whether a reply may wait a little for company: nothing is next only when it was accepted. */
  readonly patientReplies: boolean;
  /** How many frames this responder takes in one message, now; told in each reply. */
  readonly packs: () => number;
}
