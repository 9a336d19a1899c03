import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';
import { rowOf, type Row } from './row.ts';
import { settingsOf } from './servers.ts';
import type { ServerAddress, SubjectName } from './settings.ts';
import { SubjectRun, type Sample } from './subject-run.ts';

/** So many callers make code hot soon. */
const WARM_UP_CALLERS = 64;

export interface TurnsOptions {
  readonly transport: 'sqs' | 'memory';
  /** Undefined: an embedded one for each subject. */
  readonly server: ServerAddress | undefined;
  readonly subjects: readonly SubjectName[];
  /** Of each requester. */
  readonly callers: number;
  readonly payloadBytes: number;
  readonly requesters?: number;
}

interface Turns {
  readonly subject: SubjectName;
  readonly run: SubjectRun;
  readonly samples: Sample[];
}

/**
 * Closed loops of all subjects, by turns, so that whatever else the machine does meets them all.
 * New processes each time, so that memory is that of so many callers.
 */
export async function measureByTurns(
  options: BenchOptions,
  { callers, payloadBytes, requesters = 1, server, subjects, transport }: TurnsOptions,
): Promise<readonly Row[]> {
  const all: Turns[] = [];
  try {
    for (const subject of subjects) {
      progress(`${subject}, ${callers} callers: warming up`);
      const settings = settingsOf(options, subject);
      const run = await SubjectRun.start({ settings, server, requesters });
      all.push({ subject, run, samples: [] });
      const hot = subject === 'floor' ? 1 : Math.max(callers, WARM_UP_CALLERS);
      await run.warmUp([{ kind: 'closed', callers: hot, payloadBytes }], options.warmUpSeconds);
    }
    const loads = [{ kind: 'closed', callers, payloadBytes }] as const;
    for (let turn = 1; turn <= options.repeat; turn += 1) {
      for (const { subject, run, samples } of all) {
        progress(`${subject}, ${callers} callers: ${turn} of ${options.repeat}`);
        samples.push(await run.measure(loads, options.seconds));
      }
    }
  } finally {
    await Promise.all(all.map(({ run }) => run.close()));
  }
  return all.map(({ subject, samples }) =>
    rowOf({ transport, subject, callers: callers * requesters, payloadBytes }, samples),
  );
}
