import type { BenchOptions } from '../options.ts';
import { progress } from '../progress.ts';
import type { Load } from '../roles/requester.ts';
import { rowOf, type Row } from '../row.ts';
import { serverOf, settingsOf } from '../servers.ts';
import { rounded } from '../statistics.ts';
import { SubjectRun, type Sample } from '../subject-run.ts';
import { atMost, type Findings, type Verdict } from '../verdict.ts';

const LARGE_BYTES = 100_000;
const LARGE_PER_SECOND = 20;
const MOST_OVER_LONE = 1.1;
const MOST_OVER_ALONE = 5;
const WARM_UP_CALLERS = 64;

/** Calls at a fixed rate, whoever waits; beside a lone caller, and beside large calls. */
export async function runOpen(options: BenchOptions): Promise<Findings> {
  const { latencyMs, payloadBytes, rate, repeat, seconds, warmUpSeconds } = options;
  const small: Load = { kind: 'open', perSecond: rate, payloadBytes, jitter: false };
  const large: Load = {
    kind: 'open',
    perSecond: LARGE_PER_SECOND,
    payloadBytes: LARGE_BYTES,
    jitter: true,
  };
  const series = [
    { name: 'replyq, lone', loads: [{ kind: 'closed', callers: 1, payloadBytes }] },
    { name: `replyq, ${rate}/s`, loads: [small] },
    { name: `replyq, ${rate}/s beside large`, loads: [small, large] },
  ] as const satisfies readonly { readonly name: string; readonly loads: readonly Load[] }[];
  const samples: Sample[][] = series.map(() => []);
  const server = await serverOf(options);
  const run = await SubjectRun.start({ settings: settingsOf(options, 'replyq'), server });
  try {
    progress('replyq: warming up');
    const warmUp: Load = { kind: 'closed', callers: WARM_UP_CALLERS, payloadBytes };
    await run.warmUp([warmUp], warmUpSeconds);
    await run.warmUp([small, large], warmUpSeconds);
    for (let turn = 1; turn <= repeat; turn += 1) {
      for (const [index, { name, loads }] of series.entries()) {
        progress(`${name}: ${turn} of ${repeat}`);
        samples[index]?.push(await run.measure(loads, seconds));
      }
    }
  } finally {
    await run.close();
  }
  const rows = series.map(({ name }, index) =>
    rowOf(
      { transport: 'sqs', subject: name, callers: index === 0 ? 1 : 0, payloadBytes },
      samples[index] ?? [],
    ),
  );
  rows.push(
    rowOf(
      { transport: 'sqs', subject: 'the large ones', callers: 0, payloadBytes: LARGE_BYTES },
      samples[2] ?? [],
      1,
    ),
  );
  return { rows, ...judge(rows, latencyMs) };
}

function judge(
  [lone, alone, beside]: readonly Row[],
  latencyMs: number,
): Pick<Findings, 'ratios' | 'targets'> {
  if (lone === undefined || alone === undefined || beside === undefined) throw new Error('no rows');
  const overLone = alone.p50Ms / lone.p50Ms;
  const overAlone = beside.p99Ms / alone.p99Ms;
  const ratios = {
    'p50 at a rate to lone': rounded(overLone, 3),
    'p99 beside large to alone': rounded(overAlone, 2),
  };
  const targets: readonly Verdict[] = [
    ...(latencyMs === 0 ? [] : [atMost('p50 at a rate to lone', overLone, MOST_OVER_LONE)]),
    atMost('p99 beside large to alone', overAlone, MOST_OVER_ALONE),
  ];
  return { ratios, targets };
}
