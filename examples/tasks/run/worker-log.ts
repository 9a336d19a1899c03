import type { IncomingCall } from '@replyq/responder';
import type { Interceptor, Observer } from '@replyq/contract/transport';
import type { OfficeData, Run } from '../work/office-data.ts';
import { tellStarter } from './starter.ts';

/** Notes down each run, for the report, and tells of those that ended well. */
export function recordRuns(data: OfficeData, worker: string): Interceptor<IncomingCall> {
  return async (incoming, next) => {
    const { call, procedure } = incoming;
    const { attempt, taskId: task = '' } = call;
    const startedAtMs = Date.now();
    const startMs = performance.now();
    const record = (outcome: Run['outcome']): void => {
      const elapsedMs = performance.now() - startMs;
      data.addRun({ task, attempt, procedure, worker, startedAtMs, elapsedMs, outcome });
    };
    try {
      const output = await next(incoming);
      record('done');
      void tellStarter({ kind: 'done', procedure, task });
      return output;
    } catch (error) {
      record('failed');
      throw error;
    }
  };
}

/** What becomes of a run that failed, as the responder decides it. */
export const tellOfFailures: Observer = (event) => {
  if (event.kind !== 'taskRetried' && event.kind !== 'taskDeadLettered') return;
  const { attempt, error, procedure, task = '' } = event;
  const about = { procedure, task, attempt, error };
  void tellStarter(
    event.kind === 'taskRetried'
      ? { ...about, kind: 'retried', retryInMs: event.retryInMs }
      : { ...about, kind: 'dead' },
  );
};
