import { messageOf } from '@replyq/contract';
import type { HeldFrame } from '../held-message.ts';
import { queueNameOf } from '../queue-name.ts';
import { giveBackDelayMs } from './give-back-delay.ts';
import type {
  Orphan,
  OrphanFate,
  ResolvedVirtualQueueSettings,
  VirtualQueueEvent,
} from './virtual-queue-options.ts';

export interface OrphanKeeperOptions {
  readonly queueUrl: string;
  readonly settings: Pick<ResolvedVirtualQueueSettings, 'onOrphan'>;
  readonly tell: (event: VirtualQueueEvent) => void;
}

/** Sees to messages for virtual queues that do not exist here: late replies, or somebody else's. */
export class OrphanKeeper {
  readonly #options: OrphanKeeperOptions;

  constructor(options: OrphanKeeperOptions) {
    this.#options = options;
  }

  take(frame: HeldFrame, virtualQueue: string | undefined): void {
    const { queueUrl: hostQueueUrl } = this.#options;
    const { message } = frame.held;
    const orphan: Orphan =
      virtualQueue === undefined
        ? { hostQueueUrl, message }
        : { hostQueueUrl, virtualQueue, message };
    void this.#fateOf(orphan).then(({ error, fate }) => {
      if (fate === 'delete') frame.ack();
      else frame.release(giveBackDelayMs(message));
      const outcome = fate;
      const queue = queueNameOf(hostQueueUrl);
      this.#options.tell({
        kind: 'messageOrphaned',
        queue,
        outcome,
        ...(error === undefined ? {} : { error }),
      });
    });
  }

  async #fateOf(orphan: Orphan): Promise<{ readonly fate: OrphanFate; readonly error?: string }> {
    try {
      return { fate: (await this.#options.settings.onOrphan(orphan)) ?? 'delete' };
    } catch (error) {
      return { fate: 'keep', error: messageOf(error) };
    }
  }
}
