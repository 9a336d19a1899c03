import { NOT_YET_MS } from '../host-queues.ts';
import type { QueueInboxOptions } from '../queue-inbox-options.ts';

/** How the inbox of a host queue differs from a requester's: messages as they are, failures told. */
export type HostInboxOptions = Required<
  Pick<
    QueueInboxOptions,
    'ackLingerMs' | 'notYetUntilMs' | 'onFailed' | 'onUnawaited' | 'read' | 'visibilityMs'
  >
>;

/** Shorter, and keeping up what waits here would take more requests than reading it. */
const LEAST_VISIBILITY_MS = 10_000;

/** How long deletes of what nobody wants may wait for company. */
const ACK_LINGER_MS = 1000;

export interface HostInboxSettings extends Pick<HostInboxOptions, 'onFailed' | 'onUnawaited'> {
  /** As its owner has set it. */
  readonly visibilityMs: number;
  readonly madeAtMs: number;
}

export function hostInboxOptions(settings: HostInboxSettings): HostInboxOptions {
  return {
    ackLingerMs: ACK_LINGER_MS,
    notYetUntilMs: settings.madeAtMs + NOT_YET_MS,
    onFailed: settings.onFailed,
    onUnawaited: settings.onUnawaited,
    // Nothing in a message is ours to read.
    read: ({ attributes, body }) => [{ attributes, body }],
    visibilityMs: Math.max(LEAST_VISIBILITY_MS, settings.visibilityMs),
  };
}
