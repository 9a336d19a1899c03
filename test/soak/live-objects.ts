import { queryObjects } from 'node:v8';
import { HeldMessage } from '../../packages/queue/src/held-message.ts';
import { HostReplyQueue } from '../../packages/queue/src/host-reply-queue.ts';
import { QueueInbox } from '../../packages/queue/src/queue-inbox.ts';
import { QueueOutbox } from '../../packages/queue/src/queue-outbox.ts';
import { QueueReplyRouter } from '../../packages/queue/src/queue-reply-router.ts';
import { PendingCall } from '../../packages/requester/src/pending-call.ts';
import { PendingCalls } from '../../packages/requester/src/pending-calls.ts';
import { RequestFrame } from '../../packages/requester/src/request-frame.ts';
import { Lease } from '../../packages/responder/src/leases.ts';
import { OpenRun } from '../../packages/responder/src/open-runs.ts';
import { PollLoop } from '../../packages/responder/src/poll-loop.ts';
import { Ticket } from '../../packages/responder/src/slots.ts';
import type { Class, Counts } from './counts.ts';
import { callScopeClass } from './handlers.ts';
import { OpenCall } from './load.ts';

/** How many of a class there may be when no call is open. */
type Rule =
  | 'none'
  | 'flat'
  | 'one each requester'
  | 'one each responder'
  | 'one each'
  | 'none when closed';

/** What there is of a call that is open, and of no other. */
const OF_A_CALL: readonly Class[] = [OpenCall, PendingCall, RequestFrame, Ticket, OpenRun, Lease];

const RULES: readonly (readonly [Class, Rule])[] = [
  ...OF_A_CALL.map((each) => [each, 'none'] as const),
  [HeldMessage, 'none'],
  [Error, 'flat'],
  // Whatever waits has a promise, and so have entries of outboxes, which are of no class.
  [Promise, 'flat'],
  [AbortSignal, 'flat'],
  [PendingCalls, 'one each requester'],
  [HostReplyQueue, 'one each requester'],
  [PollLoop, 'one each responder'],
  [QueueReplyRouter, 'one each responder'],
  [QueueInbox, 'one each'],
  // Those of reply queues are kept for a minute.
  [QueueOutbox, 'none when closed'],
];

/** Of what is flat: polls, connections, last receives come and go; a leak per call is thousands. */
const FLAT_WITHIN = 500;

/**
 * Given to all classes of calls as an ancestor: to count the objects of one class takes several full
 * collections, whatever their number, and so it takes no more to count those of all.
 */
class Common {}
const made = new Set<Class>();

function adopt(child: Class): void {
  if (made.has(child)) return;
  Object.setPrototypeOf(child.prototype, Common.prototype);
  made.add(child);
}

OF_A_CALL.forEach(adopt);

/** All objects of calls, of whatever class. */
export function countOfCalls(): number {
  const scope = callScopeClass();
  if (scope !== undefined) adopt(scope);
  // The prototypes are children, too.
  return queryObjects(Common, { format: 'count' }) - made.size;
}

/** By class. Takes seconds. */
export function countObjects(): Counts {
  const classes = RULES.map(([each]) => each);
  const scope = callScopeClass();
  return Object.fromEntries(
    [...classes, ...(scope === undefined ? [] : [scope])].map((each) => [
      each.name,
      queryObjects(each, { format: 'count' }),
    ]),
  );
}

export interface FleetSize {
  readonly requesters: number;
  readonly responders: number;
}

/** What there is too much of, with no call open. `base`: an earlier count, for what is to stay flat. */
export function surplus(counts: Counts, base: Counts, size: FleetSize): readonly string[] {
  return Object.entries(counts).flatMap(([name, found]) => {
    const most = mostOf(ruleOf(name), base[name] ?? 0, size);
    return found > most ? [`${found} ${name}, expected at most ${most}`] : [];
  });
}

/** Of a class that has none: one of a call. */
function ruleOf(name: string): Rule {
  return RULES.find(([each]) => each.name === name)?.[1] ?? 'none';
}

function mostOf(rule: Rule, base: number, { requesters, responders }: FleetSize): number {
  switch (rule) {
    case 'none':
      return 0;
    case 'flat':
      return base + FLAT_WITHIN;
    case 'one each requester':
      return requesters;
    case 'one each responder':
      return responders;
    case 'one each':
      return requesters + responders;
    case 'none when closed':
      return requesters + responders === 0 ? 0 : Infinity;
  }
}
