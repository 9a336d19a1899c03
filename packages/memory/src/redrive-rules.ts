import { parseQueueArn } from '@replyq/queue';
import type { QueueSettings } from './queue-settings.ts';

/** What a queue with these settings needs to know of the one that is to take its dead letters. */
interface Target {
  readonly settings: QueueSettings;
}

/** Why the redrive policy of the queue `arn` is refused, or undefined. */
export function redriveFault(
  arn: string,
  { fifo, redrive }: QueueSettings,
  target: Target | undefined,
): string | undefined {
  if (redrive === undefined) return undefined;
  if (target === undefined) return 'The dead-letter queue does not exist';
  if (target.settings.fifo !== fifo) {
    return 'The dead-letter queue of a FIFO queue must be FIFO, of a standard queue standard';
  }
  return allows(target.settings.extra?.['RedriveAllowPolicy'], arn)
    ? undefined
    : 'The dead-letter queue does not allow this queue';
}

/** SQS: a dead-letter queue names at most ten sources. */
const MAX_SOURCES = 10;

/** What is wrong with the text of a RedriveAllowPolicy, or undefined. */
export function redriveAllowFault(policy: string | undefined): string | undefined {
  if (policy === undefined || policy === '') return undefined;
  const { permission, sources } = readPolicy(policy);
  if (permission === 'allowAll' || permission === 'denyAll') return undefined;
  if (permission !== 'byQueue') return 'RedriveAllowPolicy has no redrivePermission';
  const named = sources.length >= 1 && sources.length <= MAX_SOURCES;
  return named && sources.every((arn) => parseQueueArn(arn) !== undefined)
    ? undefined
    : `RedriveAllowPolicy byQueue names 1 to ${MAX_SOURCES} queue ARNs`;
}

function allows(policy: string | undefined, arn: string): boolean {
  if (policy === undefined || policy === '') return true;
  const { permission, sources } = readPolicy(policy);
  return permission === 'allowAll' || (permission === 'byQueue' && sources.includes(arn));
}

function readPolicy(text: string): { permission: unknown; sources: readonly string[] } {
  try {
    const policy = JSON.parse(text) as Record<string, unknown> | null;
    const sources = policy?.['sourceQueueArns'];
    return {
      permission: policy?.['redrivePermission'],
      sources: Array.isArray(sources) ? sources.map(String) : [],
    };
  } catch {
    return { permission: undefined, sources: [] };
  }
}
