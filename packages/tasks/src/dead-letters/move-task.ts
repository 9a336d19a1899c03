import { sleep } from '@replyq/contract/transport';
import type { Failure, MessageMoveTask, QueueAccess } from '@replyq/queue';
import { patiently } from '../patience.ts';
import { attributesOf, type FoundDeadLetterQueue } from './dead-letter-queue.ts';
import type { ResolvedRedriveOptions } from './redrive-options.ts';
import { RedriveTally, type RedriveEnd } from './redrive-report.ts';
import type { RedriveTargets } from './redrive-targets.ts';

/** The service counts approximately, and moves at most 500 messages a second. */
const LOOK_EVERY_MS = 2000;
const MOST_PER_SECOND = 500;

export interface MovedByService {
  readonly tally: RedriveTally;
  readonly end: { readonly ended: RedriveEnd; readonly error?: string };
}

/** Has the service move all, and watches. Undefined: it will not, so somebody else has to. */
export async function moveByService(
  access: QueueAccess,
  { arn }: FoundDeadLetterQueue,
  { only }: RedriveTargets,
  { onProgress, perSecond, signal }: ResolvedRedriveOptions,
): Promise<MovedByService | undefined> {
  const { admin, runtime } = access;
  const tally = new RedriveTally();
  const destinationArn = only && (await attributesOf(access, only.queueUrl)).arn;
  const maxPerSecond = Math.max(1, Math.min(MOST_PER_SECOND, Math.floor(perSecond)));
  const started = await patiently(runtime, signal, () =>
    admin.startMessageMoveTask({
      sourceArn: arn,
      ...(destinationArn === undefined ? {} : { destinationArn }),
      ...(perSecond === Infinity ? {} : { maxPerSecond }),
    }),
  );
  if (started.kind === 'aborted') return { tally, end: { ended: 'signal' } };
  // Not known there, not for this queue, or not for us: moving one by one takes other rights.
  if (started.kind === 'invalid' || started.kind === 'denied') return undefined;
  if (started.kind !== 'ok') return { tally, end: { ended: 'failed', error: started.error } };
  for (;;) {
    const task = await newestTask(access, arn, signal);
    if (task.kind !== 'ok') {
      if (signal.aborted) return { tally, end: { ended: 'signal' } };
      return { tally, end: { ended: 'failed', error: task.error } };
    }
    tally.setMoved(task.movedCount, only?.name);
    onProgress({ moved: task.movedCount, passedOver: 0, kept: 0 });
    if (task.status === 'COMPLETED') return { tally, end: { ended: 'empty' } };
    if (task.status !== 'RUNNING') {
      const error = `The service's task is ${task.status}: ${task.failureReason ?? 'no reason given'}`;
      return { tally, end: { ended: 'failed', error } };
    }
    await sleep(runtime, LOOK_EVERY_MS, { signal, keepAlive: true });
    if (signal.aborted) return { tally, end: { ended: 'signal' } };
  }
}

async function newestTask(
  { admin, runtime }: QueueAccess,
  sourceArn: string,
  signal: AbortSignal,
): Promise<({ readonly kind: 'ok' } & MessageMoveTask) | Failure> {
  const listed = await patiently(runtime, signal, () => admin.listMessageMoveTasks({ sourceArn }));
  if (listed.kind !== 'ok') return listed;
  const [newest] = listed.tasks;
  return newest === undefined
    ? { kind: 'unknown', error: 'The service does not tell of the task that it has begun' }
    : { ...newest, kind: 'ok' };
}
