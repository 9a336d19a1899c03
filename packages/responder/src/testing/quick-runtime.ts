// Virtual time for what makes thousands of steps and only short chains of promises.
import type { Runtime } from '@replyq/contract/transport';

/** More turns than any chain of promises here is long. */
const TURNS = 12;

export interface QuickRuntime extends Runtime {
  advance(ms: number): Promise<void>;
  timerCount(): number;
}

interface SetTimer {
  readonly atMs: number;
  readonly fire: () => void;
}

export function createQuickRuntime(): QuickRuntime {
  const timers: SetTimer[] = [];
  let nowMs = 0;

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    random: () => 0.5,
    createId: (length) => 'x'.repeat(length),
    timerCount: () => timers.length,

    setTimer(delayMs, fire) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), fire };
      const index = timers.findIndex(({ atMs }) => atMs > timer.atMs);
      timers.splice(index < 0 ? timers.length : index, 0, timer);
      return {
        cancel: () => {
          const at = timers.indexOf(timer);
          if (at >= 0) timers.splice(at, 1);
        },
      };
    },

    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let [next] = timers; next !== undefined && next.atMs <= untilMs; [next] = timers) {
        timers.shift();
        nowMs = Math.max(nowMs, next.atMs);
        next.fire();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}
