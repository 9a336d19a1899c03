import type { Observer } from '@replyq/contract/transport';

/** What observers were told, as sums that must come out even. */
export class Ledger {
  callsStarted = 0;
  callsSettled = 0;
  handlersStarted = 0;
  handlersSettled = 0;
  /** Replies that nobody waited for any more. */
  repliesDropped = 0;
  readonly observe: Observer = ({ kind }) => {
    if (kind === 'callStarted') this.callsStarted += 1;
    else if (kind === 'callSettled') this.callsSettled += 1;
    else if (kind === 'handlerStarted') this.handlersStarted += 1;
    else if (kind === 'handlerSettled') this.handlersSettled += 1;
    else if (kind === 'replyDropped') this.repliesDropped += 1;
  };
}
