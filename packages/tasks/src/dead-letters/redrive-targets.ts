import { isFifo, type QueueRef } from '@replyq/contract/transport';
import { queueNameOf, type QueueAccess } from '@replyq/queue';
import { refused } from '../refused.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { FoundDeadLetterQueue, SourceQueue } from './dead-letter-queue.ts';

/** Where entries go. A peer's text only ever chooses among queues that the service or the operator named. */
export interface RedriveTargets {
  readonly fifo: boolean;
  /** Of all entries; undefined: each its own. */
  readonly only: SourceQueue | undefined;
  of(letter: DeadLetter): SourceQueue | undefined;
}

/** @throws RpcError where `to` cannot be, or is needed. */
export async function redriveTargets(
  access: QueueAccess,
  { fifo, name, sources }: FoundDeadLetterQueue,
  to: QueueRef | undefined,
): Promise<RedriveTargets> {
  if (to !== undefined) {
    const queueUrl = await access.urlOf(to);
    const target = { name: queueNameOf(queueUrl), queueUrl };
    if (target.name === name) throw refused(`"${name}" is the dead-letter queue itself.`);
    if (isFifo(target.name) !== fifo) {
      throw refused(`"${target.name}" and "${name}" are not of one kind: FIFO goes to FIFO.`);
    }
    return { fifo, only: target, of: () => target };
  }
  if (sources === undefined || sources.length === 0) {
    throw refused(`Which queues use "${name}" cannot be found out: say where to, with \`to\`.`);
  }
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return { fifo, only, of: () => only };
  const byName = new Map(sources.map((source) => [source.name, source]));
  return {
    fifo,
    only: undefined,
    of: ({ failure }) =>
      failure && (byName.get(failure.queue) ?? byName.get(access.namespace + failure.queue)),
  };
}
