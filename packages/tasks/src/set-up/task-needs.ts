import { contractInfo } from '@replyq/contract';

/** What a contract's settings ask of its queue. */
export interface TaskNeeds {
  /** The most runs of one task. */
  readonly attempts: number;
  /** How long one message may take through all its runs, each at its longest, and the pauses between. */
  readonly runsMs: number;
}

/** Of a mutation that does not say that it is a task: it can be enqueued all the same. */
const DEFAULT_ATTEMPTS = 5;
const DEFAULT_TIMEOUT_MS = 20_000;
const DEFAULT_BACKOFF: Backoff = { initialMs: 1000, maxMs: 900_000 };

interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** As a contract resolves it. Structural: any version of it will do. */
interface TaskSettings {
  readonly attempts: number;
  readonly backoff: Backoff;
}

/** @throws RpcError BAD_REQUEST where it is not a contract. */
export function taskNeedsOf(contract: object): TaskNeeds & { readonly name: string } {
  const { name, procedures } = contractInfo(contract);
  let needs: TaskNeeds = taskNeeds(DEFAULT_ATTEMPTS);
  for (const { settings, type } of procedures.values()) {
    const { task } = settings as { readonly task?: TaskSettings | undefined };
    if (type !== 'mutation' || task === undefined) continue;
    const { attempts, backoff } = task;
    const own = taskNeeds(attempts, backoff, settings.timeoutMs);
    needs = {
      attempts: Math.max(needs.attempts, own.attempts),
      runsMs: Math.max(needs.runsMs, own.runsMs),
    };
  }
  return { name, ...needs };
}

export function taskNeeds(
  attempts: number = DEFAULT_ATTEMPTS,
  { initialMs, maxMs }: Backoff = DEFAULT_BACKOFF,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): TaskNeeds {
  let runsMs = attempts * timeoutMs;
  for (let pause = 0; pause < attempts - 1; pause += 1) {
    runsMs += Math.min(maxMs, initialMs * 2 ** Math.min(pause, 30));
  }
  return { attempts, runsMs };
}
