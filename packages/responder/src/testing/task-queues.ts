import type { Outbox, OutgoingFrame, SendOutcome } from '@replyq/contract/transport';
import type { WireFrame } from '@replyq/contract/wire';

export interface SentTask {
  readonly frame: WireFrame;
  readonly outgoing: OutgoingFrame;
}

/** Where an answerer sends tasks on, and where it buries them. */
export class TaskQueues {
  readonly sentOn: SentTask[] = [];
  readonly dead: SentTask[] = [];
  /** What the next sends end with instead of being accepted, maybe later. */
  readonly outcomes: (SendOutcome | Promise<SendOutcome>)[] = [];
  readonly own: Outbox = this.#outbox('requests', this.sentOn);
  /** As if nobody knew one, if a test says so. */
  deadLetters: Outbox | undefined = this.#outbox('requests-dlq', this.dead);

  #outbox(queue: string, sent: SentTask[]): Outbox {
    return {
      queue,
      prepare() {},
      heardPacks() {},
      send: async (outgoing) => {
        const outcome = await (this.outcomes.shift() ?? { kind: 'accepted', messageId: 'm' });
        const frame = outgoing.encode(1, 0);
        if (outcome.kind === 'accepted') sent.push({ frame, outgoing });
        return outcome;
      },
    };
  }
}
