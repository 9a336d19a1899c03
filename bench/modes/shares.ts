import type { BenchOptions } from '../options.ts';
import { progress } from '../progress.ts';
import type { Load } from '../roles/requester.ts';
import { rowOf, type Row } from '../row.ts';
import { serverOf, settingsOf } from '../servers.ts';
import { median, rounded } from '../statistics.ts';
import { SubjectRun, type Sample } from '../subject-run.ts';
import { atLeast, atMost, type Findings } from '../verdict.ts';

const SLOW = { handlerMs: 20, concurrency: 16 };
/** Enough that there is always work for two. */
const CALLERS = 256;
const LEAST_SPEEDUP = 1.8;
const LEAST_SHARE = 0.4;
const MOST_SHARE = 0.6;

/** Slow handlers: what a second responder brings, and whether both get the same. */
export async function runShares(options: BenchOptions): Promise<Findings> {
  const { payloadBytes, repeat, seconds, warmUpSeconds } = options;
  const callers = options.callers?.[0] ?? CALLERS;
  const server = await serverOf(options);
  const loads: readonly Load[] = [{ kind: 'closed', callers, payloadBytes }];
  const all: { readonly responders: number; readonly run: SubjectRun; samples: Sample[] }[] = [];
  try {
    for (const responders of [1, 2]) {
      progress(`${responders} of two responders: warming up`);
      const settings = { ...settingsOf(options, 'replyq'), ...SLOW };
      const run = await SubjectRun.start({ settings, server, responders });
      all.push({ responders, run, samples: [] });
      await run.warmUp(loads, warmUpSeconds);
    }
    for (let turn = 1; turn <= repeat; turn += 1) {
      for (const { responders, run, samples } of all) {
        progress(`${responders} of two responders: ${turn} of ${repeat}`);
        samples.push(await run.measure(loads, seconds));
      }
    }
  } finally {
    await Promise.all(all.map(({ run }) => run.close()));
  }
  const rows: readonly Row[] = all.map(({ responders, samples }) => {
    const subject = `replyq, ${responders} responder${responders > 1 ? 's' : ''}`;
    return rowOf({ transport: 'sqs', subject, callers, payloadBytes }, samples);
  });
  const shares = (all[1]?.samples ?? []).map(shareOfFirst);
  const speedup = (rows[1]?.callsPerSecond ?? 0) / (rows[0]?.callsPerSecond ?? 1);
  const share = median(shares);
  return {
    rows,
    ratios: { 'calls per second of two responders to one': rounded(speedup, 2) },
    figures: [
      {
        'share of the first of two responders': rounded(share, 3),
        'of each repeat': shares.map((each) => rounded(each, 3)).join(' '),
      },
    ],
    targets: [
      atLeast('calls per second of two responders to one', speedup, LEAST_SPEEDUP),
      atLeast('share of the first of two responders', share, LEAST_SHARE),
      atMost('share of the first of two responders', share, MOST_SHARE),
    ],
  };
}

function shareOfFirst({ responders: [first, second] }: Sample): number {
  const [mine, other] = [first?.handled ?? 0, second?.handled ?? 0];
  return mine / Math.max(1, mine + other);
}
