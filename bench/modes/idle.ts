import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../options.ts';
import { progress } from '../progress.ts';
import { serverOf, settingsOf } from '../servers.ts';
import { rounded } from '../statistics.ts';
import { SubjectRun } from '../subject-run.ts';
import { atMost, type Findings } from '../verdict.ts';

/** Until deletes that wait for company have left. */
const SETTLE_MS = 4000;
const MOST_RECEIVES_PER_MINUTE = 3;
const HEARTBEAT_SECONDS = 100;

/** What a requester and a responder request when nobody calls. */
export async function runIdle(options: BenchOptions): Promise<Findings> {
  const { payloadBytes, seconds } = options;
  const server = await serverOf(options);
  const run = await SubjectRun.start({ settings: settingsOf(options, 'replyq'), server });
  try {
    progress('replyq: some calls first');
    await run.warmUp([{ kind: 'closed', callers: 1, payloadBytes }], 1);
    await sleep(SETTLE_MS);
    progress(`replyq: idle for ${seconds} s`);
    const sample = await run.window(seconds, { ignoreBegun: true });
    const asked = sample.requesters[0]?.requests.byOperation ?? {};
    const answering = sample.responders[0]?.requests.byOperation ?? {};
    const arrived = sample.server?.byOperation ?? {};
    const perMinute = (count: number): number => rounded((count * 60) / seconds, 2);
    const operations = new Set(
      [asked, answering, arrived].flatMap((counts) => Object.keys(counts)),
    );
    const receives = arrived['ReceiveMessage'] ?? answering['ReceiveMessage'] ?? 0;
    const tags = asked['TagQueue'] ?? 0;
    return {
      rows: [],
      ratios: {},
      figures: [...operations].map((operation) => ({
        'idle, per minute': operation,
        requester: perMinute(asked[operation] ?? 0),
        responder: perMinute(answering[operation] ?? 0),
        'at the server': sample.server === undefined ? '–' : perMinute(arrived[operation] ?? 0),
      })),
      targets: [
        atMost("idle requester's receives", asked['ReceiveMessage'] ?? 0, 0),
        atMost(
          `idle requester's TagQueue in ${seconds} s`,
          tags,
          Math.ceil(seconds / HEARTBEAT_SECONDS),
        ),
        atMost(
          `both sides' receives in ${seconds} s, when idle`,
          receives,
          Math.ceil((seconds / 60) * MOST_RECEIVES_PER_MINUTE),
        ),
      ],
    };
  } finally {
    await run.close();
  }
}
