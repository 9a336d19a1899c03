import { ScriptedQueueService } from '@replyq/testing';
import { deadLetters } from '../dead-letters/dead-letters.ts';
import type { RedriveOptions } from '../dead-letters/redrive-options.ts';
import type { RedriveReport } from '../dead-letters/redrive-report.ts';
import { openDeadLetterRig, type DeadLetterRig } from './dead-letter-rig.ts';

/** A queue `work` with its dead letters, `work-dlq`, and a redrive of them. */
export interface RedriveRig {
  readonly rig: DeadLetterRig;
  /** The redrive's; `rig.service` is past its script. */
  readonly service: ScriptedQueueService;
  /** URLs. */
  readonly dlq: string;
  readonly work: string;
  redrive(options?: RedriveOptions, queue?: string): Promise<RedriveReport>;
}

export async function openRedriveRig(): Promise<RedriveRig> {
  const rig = openDeadLetterRig();
  const service = new ScriptedQueueService(rig.service);
  const dlq = await rig.makeQueue('work-dlq');
  const work = await rig.makeQueue('work', 'work-dlq');
  return {
    rig,
    service,
    dlq,
    work,
    redrive(options = {}, queue = 'work-dlq') {
      const letters = deadLetters(service, queue, { runtime: rig.runtime });
      return rig.runtime.run(letters.redrive(options));
    },
  };
}
