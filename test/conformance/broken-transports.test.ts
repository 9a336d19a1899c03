import type { Transport } from '@replyq/contract/transport';
import {
  openMemoryTransportFixture,
  runCase,
  transportCases,
  type OpenTransportFixture,
} from '@replyq/testing';
import { describe, expect, it, test } from 'vitest';
import { acceptsWhatWasRefused } from './broken-transports/accepts-what-was-refused.ts';
import { acksEarly } from './broken-transports/acks-early.ts';
import { dropsLastOfPack } from './broken-transports/drops-last-of-pack.ts';
import { encodesOnce } from './broken-transports/encodes-once.ts';
import { hidesThatItIsGone } from './broken-transports/hides-that-it-is-gone.ts';
import { honest } from './broken-transports/honest.ts';
import { hasABoundOfItsOwn } from './broken-transports/has-a-bound-of-its-own.ts';
import { ignoresAbort } from './broken-transports/ignores-abort.ts';
import { ignoresMaxFrames } from './broken-transports/ignores-max-frames.ts';
import { ignoresWithdrawn } from './broken-transports/ignores-withdrawn.ts';
import { leaksATimer } from './broken-transports/leaks-a-timer.ts';
import { leaksItsReplyQueue } from './broken-transports/leaks-its-reply-queue.ts';
import { losesAnOutcome } from './broken-transports/loses-an-outcome.ts';
import { neverExtends } from './broken-transports/never-extends.ts';
import { reordersAGroup } from './broken-transports/reorders-a-group.ts';
import { repliesAnywhere } from './broken-transports/replies-anywhere.ts';
import { reportsUnknownAsRefused } from './broken-transports/reports-unknown-as-refused.ts';
import { swapsVirtualQueues } from './broken-transports/swaps-virtual-queues.ts';
import { tellsAgeByItsOwnClock } from './broken-transports/tells-age-by-its-own-clock.ts';

// The suite bites: whatever is broken at the seam fails the cases that say so.

interface Broken {
  readonly fault: string;
  readonly wrap: (inner: Transport) => Transport;
  /** Cases that must notice, among others. */
  readonly noticedBy: readonly string[];
}

const BROKEN: readonly Broken[] = [
  {
    fault: 'acks at receive',
    wrap: acksEarly,
    noticedBy: [
      'a released frame comes again at once, counted twice',
      'a frame that nobody settled is given back by close',
    ],
  },
  {
    fault: 'loses an outcome',
    wrap: losesAnOutcome,
    noticedBy: ['25 frames of one turn all arrive, once each'],
  },
  {
    fault: 'calls accepted what was refused',
    wrap: acceptsWhatWasRefused,
    noticedBy: [
      'a frame for a queue that does not exist is refused as gone',
      'each frame of a batch learns the outcome of its own entry',
    ],
  },
  {
    fault: 'calls refused what may have been stored',
    wrap: reportsUnknownAsRefused,
    noticedBy: [
      'a frame whose answers are lost until its deadline is unknown',
      'a frame that may have been stored is unknown, also when it is gone later',
    ],
  },
  {
    fault: 'swaps the virtual queues of two replies',
    wrap: swapsVirtualQueues,
    noticedBy: ['replies of one batch keep each its own virtual queue'],
  },
  {
    fault: 'sends what was withdrawn',
    wrap: ignoresWithdrawn,
    noticedBy: ['a frame that nobody waits for is withdrawn and never encoded'],
  },
  {
    fault: 'encodes once only',
    wrap: encodesOnce,
    noticedBy: ['a throttled frame is sent again, encoded anew with what time is left'],
  },
  {
    fault: 'sends the frames of a group out of order',
    wrap: reordersAGroup,
    noticedBy: ['the frames of a group arrive in the order of their sends'],
  },
  {
    fault: 'drops the last frame of a pack',
    wrap: dropsLastOfPack,
    noticedBy: ['a pack of requests arrives as one delivery per frame, in order'],
  },
  {
    fault: 'never extends what it holds',
    wrap: neverExtends,
    noticedBy: ['a held frame stays hidden for much longer than its visibility'],
  },
  {
    fault: 'ignores maxFrames',
    wrap: ignoresMaxFrames,
    noticedBy: [
      'a receive brings no more frames than it asked for',
      'a receive takes no more of a pack than it asked for, the next the rest',
    ],
  },
  {
    fault: 'has a bound of its own',
    wrap: hasABoundOfItsOwn,
    noticedBy: ['a receive without a bound brings all frames that have come'],
  },
  {
    fault: 'waits on after an abort',
    wrap: ignoresAbort,
    noticedBy: ['aborting a receive ends it at once, without deliveries'],
  },
  {
    fault: 'calls a queue empty that is gone',
    wrap: hidesThatItIsGone,
    noticedBy: ['a receive from a queue that was deleted says that it is gone'],
  },
  {
    fault: 'tells age by its own clock',
    wrap: tellsAgeByItsOwnClock,
    noticedBy: [
      'age counts time in the queue and time held, with a clock 10 min ahead',
      'age counts time in the queue and time held, with a clock -10 min ahead',
    ],
  },
  {
    fault: 'replies wherever an address says',
    wrap: repliesAnywhere,
    noticedBy: [
      'an address in another account is refused as account',
      'an address of the dead-letter queue is refused',
    ],
  },
  {
    fault: 'leaves its reply queue behind',
    wrap: leaksItsReplyQueue,
    noticedBy: [
      'close deletes the reply queue, and may be called again',
      'a transport that was used leaves no timer when it is closed',
    ],
  },
  {
    fault: 'leaves a timer behind',
    wrap: leaksATimer,
    noticedBy: ['a request arrives as it was encoded'],
  },
];

async function failedBy(wrap: Broken['wrap']): Promise<readonly string[]> {
  const failed: string[] = [];
  const open: OpenTransportFixture = (options) => openMemoryTransportFixture({ ...options, wrap });
  for (const each of transportCases) {
    await runCase(each, open).catch(() => failed.push(each.name));
  }
  return failed;
}

describe('a transport that', () => {
  test.each(BROKEN)('$fault fails the suite', async ({ wrap, noticedBy }) => {
    const failed = await failedBy(wrap);
    expect(failed).toEqual(expect.arrayContaining([...noticedBy]));
  });

  it('has no fault passes, wrapped like the others', async () => {
    expect(await failedBy(honest)).toEqual([]);
  });
});

describe('the suite', () => {
  it('notices most faults in few places, so that a failure points at its cause', async () => {
    expect(await failedBy(ignoresWithdrawn)).toHaveLength(3);
    expect(await failedBy(swapsVirtualQueues)).toHaveLength(1);
  });
});
