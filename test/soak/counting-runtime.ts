import { systemRuntime, type Runtime } from '@replyq/contract/transport';

/** The platform's runtime, which keeps count of its timers. */
export interface CountingRuntime extends Runtime {
  /** Set, and neither fired nor cancelled. */
  openTimers(): number;
}

export function createCountingRuntime(): CountingRuntime {
  let open = 0;
  return {
    ...systemRuntime,
    openTimers: () => open,
    setTimer: (delayMs, fire, options) => {
      let over = false;
      const end = (): void => {
        if (over) return;
        over = true;
        open -= 1;
      };
      open += 1;
      const timer = systemRuntime.setTimer(
        delayMs,
        () => {
          end();
          fire();
        },
        options,
      );
      return {
        cancel: () => {
          end();
          timer.cancel();
        },
      };
    },
  };
}
