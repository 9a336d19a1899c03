import { describe, expect, it } from 'vitest';
import { runRedriveKill } from './run.ts';
import { BATCH, FRAMES_PER_PACK } from './settings.ts';

describe('a redrive whose process is killed', () => {
  it('loses nothing, doubles at most a batch, and is finished by another', async () => {
    const result = await runRedriveKill({
      letters: 300,
      kills: 1,
      random: () => 0.5,
      say: () => undefined,
    });
    expect(result).toMatchObject({ lost: 0, leftDead: 0, stillFailed: 0 });
    expect(result.movedAtKills[0]).toBeGreaterThan(0);
    expect(result.doubled).toBeLessThanOrEqual(BATCH * FRAMES_PER_PACK);
  }, 60_000);
});
