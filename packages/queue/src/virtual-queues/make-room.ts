import type { UnreadTotal } from './unread-messages.ts';
import type { VirtualQueue } from './virtual-queue.ts';
import type { ResolvedVirtualQueueSettings } from './virtual-queue-options.ts';

export interface MakeRoomOptions {
  readonly queues: Iterable<VirtualQueue>;
  readonly unread: UnreadTotal;
  /** Messages in memory: of a FIFO queue more than are unread, since they wait for their turn. */
  readonly held: () => number;
  readonly settings: Pick<ResolvedVirtualQueueSettings, 'maxBufferedBytes' | 'maxBufferedMessages'>;
  /** This one's unread messages went back to the host queue. */
  readonly onGivenBack: (queue: VirtualQueue, count: number) => void;
}

/**
 * How many messages may be asked for. There is room for those who wait: if need be, what the virtual queues
 * that were not read for longest have not read goes back. A queue somebody waits for has nothing unread.
 */
export function makeRoom({ held, onGivenBack, queues, settings, unread }: MakeRoomOptions): number {
  const { maxBufferedBytes, maxBufferedMessages } = settings;
  const isFull = (): boolean => held() >= maxBufferedMessages || unread.bytes >= maxBufferedBytes;
  if (isFull()) {
    const idle = [...queues]
      .filter(({ isBeingRead, unreadCount }) => !isBeingRead && unreadCount > 0)
      .sort((a, b) => a.lastReadMs - b.lastReadMs);
    for (const queue of idle) {
      if (!isFull()) break;
      onGivenBack(queue, queue.giveBack());
    }
  }
  return Math.max(1, maxBufferedMessages - held());
}
