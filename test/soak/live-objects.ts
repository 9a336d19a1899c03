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
import { counted, type Class, type Counts } from './counts.ts';
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
  [PendingCalls, 'one each requester'],
  [HostReplyQueue, 'one each requester'],
  [PollLoop, 'one each responder'],
  [QueueReplyRouter, 'one each responder'],
  [QueueInbox, 'one each'],
  // Those of reply queues are kept for a minute.
  [QueueOutbox, 'none when closed'],
];

/** Whatever waits has a promise, and so have entries of outboxes, which are of no class. */
const FLAT: readonly Class[] = [Error, Promise, AbortSignal];

/** Of what is flat: polls, connections, last receives come and go; a leak per call is thousands. */
const FLAT_WITHIN = 500;

/**
 * Ancestors that are given to our classes: to count the objects of one class takes several full
 * collections, whatever their number, and so it takes no more to count those of all.
 */
class Ours {}
class OfACall {}
Object.setPrototypeOf(OfACall.prototype, Ours.prototype);
const made = new Set<Class>();

function adopt(child: Class, parent: Class): void {
  if (made.has(child)) return;
  Object.setPrototypeOf(child.prototype, parent.prototype);
  made.add(child);
}

for (const [each] of RULES) adopt(each, OF_A_CALL.includes(each) ? OfACall : Ours);

/** Handlers have theirs only once one has run. */
function adoptScope(): void {
  const scope = callScopeClass();
  if (scope !== undefined) adopt(scope, OfACall);
}

/** All objects of calls, of whatever class. */
export function countOfCalls(): number {
  adoptScope();
  // The prototypes are children, too.
  const prototypes = [...made].filter((each) => each.prototype instanceof OfACall).length;
  return queryObjects(OfACall, { format: 'count' }) - prototypes;
}

/** By class. Takes seconds. */
export function countObjects(): Counts {
  adoptScope();
  // `Name { … }`; prototypes go by the name of the ancestor.
  const found = queryObjects(Ours, { format: 'summary' }).map(
    (text) => text.split(' ', 1)[0] ?? '',
  );
  const none = Object.fromEntries([...made].map(({ name }) => [name, 0]));
  const { Ours: _, OfACall: __, ...ours } = counted(found);
  const flat = FLAT.map((each) => [each.name, queryObjects(each, { format: 'count' })]);
  return { ...none, ...ours, ...Object.fromEntries(flat) };
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
  if (FLAT.some((each) => each.name === name)) return 'flat';
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
