import {
  contractInfo,
  DEFAULT_TASK,
  DEFAULT_TASK_TIMEOUT_MS,
  type ResolvedTaskSettings,
} from '@replyq/contract';

/** What a contract's settings ask of its queue. */
export interface TaskNeeds {
  /** The most runs of one task. */
  readonly attempts: number;
  /** How long one message may take through all its runs, each at its longest, and the pauses between. */
  readonly runsMs: number;
}

/** As a contract resolves it. Structural: any version of it will do. */
type TaskSettings = Pick<ResolvedTaskSettings, 'attempts' | 'backoff'>;

/** @throws RpcError BAD_REQUEST where it is not a contract. */
export function taskNeedsOf(contract: object): TaskNeeds & { readonly name: string } {
  const { name, procedures } = contractInfo(contract);
  // Of a mutation that does not say that it is a task: it can be enqueued all the same.
  let needs: TaskNeeds = taskNeeds();
  for (const { settings, type } of procedures.values()) {
    const { task } = settings as { readonly task?: TaskSettings | undefined };
    if (type !== 'mutation' || task === undefined) continue;
    const own = taskNeeds(task, settings.timeoutMs);
    needs = {
      attempts: Math.max(needs.attempts, own.attempts),
      runsMs: Math.max(needs.runsMs, own.runsMs),
    };
  }
  return { name, ...needs };
}

export function taskNeeds(
  { attempts, backoff }: TaskSettings = DEFAULT_TASK,
  timeoutMs: number = DEFAULT_TASK_TIMEOUT_MS,
): TaskNeeds {
  const { initialMs, maxMs } = backoff;
  let runsMs = attempts * timeoutMs;
  for (let pause = 0; pause < attempts - 1; pause += 1) {
    runsMs += Math.min(maxMs, initialMs * 2 ** Math.min(pause, 30));
  }
  return { attempts, runsMs };
}
