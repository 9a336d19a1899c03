import { MAX_DELAY_MS } from '@replyq/contract';
import {
  assertMethods,
  inRange,
  integerInRange,
  systemRuntime,
  type Observer,
  type Runtime,
} from '@replyq/contract/transport';
import { refused } from '../refused.ts';
import { cronTicks } from './cron-ticks.ts';
import { NO_LEASE, type TickLease } from './tick-lease.ts';
import { evenTicks, type Ticks } from './ticks.ts';

/** One instant of a schedule. */
export interface ScheduleTick {
  readonly schedule: string;
  /** When it is due, epoch milliseconds. */
  readonly atMs: number;
  /** The same in every process; its task is enqueued with it. */
  readonly deduplicationId: string;
}

/** What a schedule enqueues: `requester.tasks(contract).cleanUp` is one. */
export interface ScheduledTask<TInput> {
  enqueue(input: TInput, options: ScheduledEnqueueOptions): Promise<{ readonly id: string }>;
}

/** As those of `enqueue`; the deduplication id and the signal are the schedule's own. */
export interface ScheduledTaskOptions {
  readonly delayMs?: number;
  readonly groupId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
  /** How long one attempt to hand it over may take. At most 20 s; default: the requester's, and no longer. */
  readonly timeoutMs?: number;
}

export interface ScheduledEnqueueOptions extends ScheduledTaskOptions {
  readonly deduplicationId: string;
  readonly signal: AbortSignal;
}

export type ScheduleOptions<TInput> = ScheduleSettings<TInput> & TickOptions & InputOption<TInput>;

interface ScheduleSettings<TInput> {
  /**
   * 1 to 256 characters; what the processes of a fleet know it by, so the same in all of them and no other
   * schedule's.
   */
  readonly name: string;
  readonly task: ScheduledTask<TInput>;
  readonly options?: ScheduledTaskOptions;
  /**
   * Shared by the fleet, as `sqliteReplyStore` is by a host: then one process enqueues a tick, and another takes
   * over where it dies. Its maker closes it. Default: each process enqueues each tick.
   */
  readonly lease?: TickLease;
  /** A tick that could not be enqueued is given up when it is so late. 1 s to 24 h; default 4 minutes. */
  readonly lateMs?: number;
  /**
   * `last`: on start, the last tick that is not yet `lateMs` late is enqueued, unless the lease knows that it was.
   * Needs a lease. Default `none`: only what is due from then on.
   */
  readonly catchUp?: 'none' | 'last';
  /** Default: the platform's. */
  readonly runtime?: Runtime;
  readonly observer?: Observer;
}

/** When: exactly one of `everyMs` and `cron`. */
type TickOptions =
  | {
      /** 1 s to ten years, counted from the epoch: each process has the same ticks, whenever it starts. */
      readonly everyMs: number;
      /** Each tick so much later; less than `everyMs`. Default 0. */
      readonly offsetMs?: number;
      readonly cron?: never;
      readonly timezone?: never;
    }
  | {
      /** Five fields, six with seconds in front, or a name like `@daily`. */
      readonly cron: string;
      /** A name of the IANA's, as `Europe/Berlin`. Default `UTC`. */
      readonly timezone?: string;
      readonly everyMs?: never;
      readonly offsetMs?: never;
    };

/** A value, or what makes it of the tick; may be left out where the task takes none. */
type InputOption<TInput> = undefined extends TInput
  ? { readonly input?: ScheduledInput<TInput> }
  : { readonly input: ScheduledInput<TInput> };

export type ScheduledInput<TInput> = TInput | ((tick: ScheduleTick) => TInput | Promise<TInput>);

export interface ResolvedSchedule {
  readonly name: string;
  readonly ticks: Ticks;
  readonly task: ScheduledTask<unknown>;
  readonly inputOf: (tick: ScheduleTick) => unknown;
  readonly options: ScheduledTaskOptions;
  readonly lease: TickLease;
  readonly lateMs: number;
  readonly catchUp: 'none' | 'last';
  readonly runtime: Runtime;
  readonly observer: Observer | undefined;
}

const MAX_NAME_CHARACTERS = 256;
/** Within the five minutes for which a FIFO queue drops doubles, with one to spare for clocks. */
const DEFAULT_LATE_MS = 240_000;
/** As long as reply stores remember by default. */
const MAX_LATE_MS = 86_400_000;
/** Of one attempt to hand a task over, the making of its input included. */
export const MAX_ATTEMPT_MS = 20_000;

/** Throws an `RpcError` BAD_REQUEST that names the option and quotes its bounds. */
export function resolveSchedule<TInput>(options: ScheduleOptions<TInput>): ResolvedSchedule {
  const { catchUp = 'none', input, lateMs = DEFAULT_LATE_MS, lease, name, task } = options;
  const { options: taskOptions = {} } = options;
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARACTERS) {
    const shown = typeof name === 'string' ? `${name.length} characters long` : typeof name;
    throw refused(`name is ${shown}: expected 1 to ${MAX_NAME_CHARACTERS} characters.`);
  }
  if (typeof (task as Partial<typeof task> | undefined)?.enqueue !== 'function')
    throw refused('task has no enqueue: expected a task, as requester.tasks(contract).cleanUp is.');
  if (catchUp !== 'none' && catchUp !== 'last')
    throw refused(`catchUp is ${JSON.stringify(catchUp)}: expected "none" or "last".`);
  if (catchUp === 'last' && lease === undefined)
    throw refused('catchUp is "last", but without a lease nobody knows which ticks were enqueued.');
  assertLease(lease);
  assertTaskOptions(taskOptions);
  return {
    name,
    ticks: ticksOf(options),
    task,
    inputOf: typeof input === 'function' ? (input as (tick: ScheduleTick) => unknown) : () => input,
    options: taskOptions,
    lease: lease ?? NO_LEASE,
    lateMs: inRange('lateMs', lateMs, 1000, MAX_LATE_MS),
    catchUp,
    runtime: options.runtime ?? systemRuntime,
    observer: options.observer,
  };
}

/** A fleet that only seems to have one enqueues each tick as often as it has processes. */
function assertLease(lease: unknown): void {
  if (lease === undefined) return;
  const methods = ['claim', 'renew', 'record', 'abandon'];
  assertMethods('lease', lease, methods, 'a reply store, as sqliteReplyStore makes');
}

function assertTaskOptions(options: ScheduledTaskOptions): void {
  if (typeof options !== 'object' || options === null)
    throw refused(`options is ${String(options)}: expected { delayMs, groupId, … }.`);
  for (const own of ['deduplicationId', 'scheduleKey', 'signal', 'result', 'onProgress'])
    if (Reflect.get(options, own) !== undefined)
      throw refused(
        `options.${own} cannot be given: a tick has its own id, and nobody waits for it.`,
      );
  const { timeoutMs } = options;
  if (timeoutMs !== undefined) inRange('options.timeoutMs', timeoutMs, 1, MAX_ATTEMPT_MS);
}

function ticksOf({ cron, everyMs, offsetMs, timezone }: TickOptions): Ticks {
  if ((cron === undefined) === (everyMs === undefined))
    throw refused('A schedule has exactly one of everyMs and cron.');
  if (cron !== undefined) {
    if (offsetMs !== undefined) throw refused('offsetMs belongs to everyMs, and this has cron.');
    return cronTicks(cron, timezone ?? 'UTC');
  }
  if (timezone !== undefined) throw refused('timezone belongs to cron, and this has everyMs.');
  const period = integerInRange('everyMs', everyMs, 1000, MAX_DELAY_MS);
  return evenTicks(period, integerInRange('offsetMs', offsetMs ?? 0, 0, period - 1));
}
