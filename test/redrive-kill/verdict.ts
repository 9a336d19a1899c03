import type { RedriveKillResult } from './run.ts';
import { BATCH, FRAMES_PER_PACK } from './settings.ts';

export interface RedriveKillVerdict extends RedriveKillResult {
  /** What was under way at each kill, as many tasks as there may be in a batch. */
  readonly mostDoubled: number;
  readonly good: boolean;
}

export function verdictOf(result: RedriveKillResult): RedriveKillVerdict {
  const { doubled, leftDead, lost, stillFailed } = result;
  const mostDoubled = result.kills * BATCH * FRAMES_PER_PACK;
  const good = lost === 0 && leftDead === 0 && stillFailed === 0 && doubled <= mostDoubled;
  return { ...result, mostDoubled, good };
}

export function formatVerdict(verdict: RedriveKillVerdict, seed: number): string {
  const { doubled, good, kills, leftDead, letters, lost, mostDoubled, stillFailed } = verdict;
  return [
    `seed ${seed}: ${letters} dead letters, ${kills} kills`,
    `${lost} lost, ${leftDead} left dead, ${stillFailed} still marked as failed, ` +
      `${doubled} doubled (at most ${mostDoubled} may be)`,
    good ? 'No violation.' : 'This must not be.',
  ].join('\n');
}
