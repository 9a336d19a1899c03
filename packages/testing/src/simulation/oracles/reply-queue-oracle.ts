import type { Oracle, Violation } from '../oracle.ts';
import type { ProcessTrace } from './process-trace.ts';
import type { CallTrace, Deletion, Poll, QueueTrace } from './traces.ts';

/** A requester's polls wait as long as the service lets them; that is no setting of it. */
export const REPLY_WAIT_MS = 20_000;
/** A receive that has begun comes back within its wait and this, whatever happens to it. */
const WATCHDOG_MS = 5000;
/** The longest pause after a receive that failed. */
const MOST_BACKOFF_MS = 20_000;
/** A receive of a queue that is gone has nothing to wait for; but answers may be slow. */
const SLOW_ANSWER_MS = 10_000;
/** What a receive says of a queue so young may be a late word of one that could not be used yet. */
const MAYBE_NOT_YET_MS = 30_000;

/** I19: when somebody deletes its reply queue, a requester soon tells the calls that wait on it. */
export const noticesLostReplyQueue: Oracle = (history, { slackMs }) => {
  const violations: Violation[] = [];
  for (const queue of history.queues.queues.values()) {
    const { deletion, maker } = queue;
    if (deletion === undefined || maker === undefined || deletion.process === maker) continue;
    const withinMs = noticedWithinMs(queue, maker, deletion);
    const told = toldGone(queue, maker);
    for (const call of history.calls.values()) {
      const settledMs = call.settlements[0]?.atMs ?? Infinity;
      const untilMs = Math.min(settledMs, maker.closingMs, maker.crashedMs, history.lastMs);
      // Past its own deadline it is another oracle's.
      if (maker.awakeMs(call.startedMs, untilMs) > call.timeoutMs + slackMs) continue;
      const waitsLong = (since: Deletion | Poll, mostMs: number): boolean =>
        isWaiting(call, maker, queue, since) &&
        maker.awakeMs(since.atMs, untilMs) > mostMs + slackMs;
      const when = waitsLong(deletion, withinMs)
        ? `within ${withinMs} ms`
        : told !== undefined && waitsLong(told, 0)
          ? 'when a receive said so'
          : undefined;
      if (when === undefined) continue;
      const message = `${call.call} was not told ${when} that ${queue.queue} is gone`;
      violations.push({ invariant: 'I19', message, atMs: untilMs });
    }
  }
  return violations;
};

/** The first receive that surely told the process that somebody has deleted the queue. */
export function toldGone(
  { createdMs, deletion, polls }: QueueTrace,
  process: ProcessTrace,
): Poll | undefined {
  const deletedOrder = deletion?.order ?? Infinity;
  return polls
    .get(process)
    ?.find(
      ({ atMs, gone, order }) =>
        gone && order > deletedOrder && atMs > createdMs + MAYBE_NOT_YET_MS,
    );
}

/** Open, with its reply to come to this queue and to no other. */
function isWaiting(
  { process, request, settlements }: CallTrace,
  maker: ProcessTrace,
  { queue }: QueueTrace,
  { order }: Deletion | Poll,
): boolean {
  if (process !== maker || request === undefined) return false;
  if ((settlements[0]?.order ?? Infinity) < order) return false;
  const own = request.carriers.filter((carrier) => carrier.process === maker);
  return (
    own.length > 0 &&
    own.every((carrier) => carrier.order < order) &&
    own.every(({ frame }) => frame.replyQueue === undefined || frame.replyQueue === queue)
  );
}

/** A receive must begin after the deletion and come back. Those that fail otherwise put it off. */
function noticedWithinMs(
  { polls }: QueueTrace,
  maker: ProcessTrace,
  { atMs: deletedMs }: Deletion,
): number {
  const all = polls.get(maker) ?? [];
  const before = all.findLast(({ atMs }) => atMs < deletedMs);
  let withinMs = REPLY_WAIT_MS + WATCHDOG_MS + (before?.ok === false ? MOST_BACKOFF_MS : 0);
  for (const { atMs, gone, ok } of all) {
    if (atMs < deletedMs || gone) continue;
    const pauseMs = ok ? 0 : MOST_BACKOFF_MS;
    withinMs = Math.max(withinMs, atMs - deletedMs + pauseMs + SLOW_ANSWER_MS);
  }
  return withinMs;
}
