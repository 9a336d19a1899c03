import { isFifo } from '@replyq/contract/transport';
import type { QueueAttributes, ServiceLimits } from '@replyq/queue';
import { MAX_DELAY_MS } from './message-rules.ts';
import { rangeFault } from './range-fault.ts';
import { redriveAllowFault } from './redrive-rules.ts';

/** What a queue was made with. */
export type QueueSettings = Pick<
  QueueAttributes,
  | 'visibilityMs'
  | 'retentionMs'
  | 'delayMs'
  | 'maxMessageBytes'
  | 'fifo'
  | 'contentBasedDeduplication'
  | 'redrive'
  | 'extra'
>;

/** SQS: the longest that a message stays hidden after a receive, all extensions included. */
export const MAX_VISIBILITY_MS: number = 12 * 3_600_000;
const DAY_MS = 86_400_000;

/** SQS's defaults. Attributes that nobody can set (counts, ARN) are left out of account. */
export function resolveQueueSettings(
  given: Partial<QueueAttributes>,
  limits: ServiceLimits,
): QueueSettings {
  return {
    visibilityMs: given.visibilityMs ?? 30_000,
    retentionMs: given.retentionMs ?? 4 * DAY_MS,
    delayMs: given.delayMs ?? 0,
    maxMessageBytes: given.maxMessageBytes ?? limits.maxMessageBytes,
    fifo: given.fifo ?? false,
    contentBasedDeduplication: given.contentBasedDeduplication ?? false,
    ...(given.redrive && { redrive: { ...given.redrive } }),
    ...(given.extra && { extra: { ...given.extra } }),
  };
}

/** What is wrong with the settings of a queue of this name, or undefined. */
export function settingsFault(
  name: string,
  settings: QueueSettings,
  limits: ServiceLimits,
): string | undefined {
  if (settings.fifo !== isFifo(name)) {
    return 'The name of a FIFO queue, and of no other, ends in .fifo';
  }
  if (settings.contentBasedDeduplication && !settings.fifo) {
    return 'Only FIFO queues take content-based deduplication';
  }
  const { redrive } = settings;
  return (
    rangeFault('visibilityMs', settings.visibilityMs, 0, MAX_VISIBILITY_MS) ??
    rangeFault('retentionMs', settings.retentionMs, 60_000, 14 * DAY_MS) ??
    rangeFault('delayMs', settings.delayMs, 0, MAX_DELAY_MS) ??
    rangeFault('maxMessageBytes', settings.maxMessageBytes, 1_024, limits.maxMessageBytes) ??
    (redrive && rangeFault('redrive.maxReceiveCount', redrive.maxReceiveCount, 1, 1_000)) ??
    redriveAllowFault(settings.extra?.['RedriveAllowPolicy'])
  );
}

/** Whether a queue with these settings answers a CreateQueue that gives those. */
export function settingsMatch(settings: QueueSettings, given: Partial<QueueAttributes>): boolean {
  const { redrive, extra } = given;
  return (
    (given.visibilityMs ?? settings.visibilityMs) === settings.visibilityMs &&
    (given.retentionMs ?? settings.retentionMs) === settings.retentionMs &&
    (given.delayMs ?? settings.delayMs) === settings.delayMs &&
    (given.maxMessageBytes ?? settings.maxMessageBytes) === settings.maxMessageBytes &&
    (given.fifo ?? settings.fifo) === settings.fifo &&
    (given.contentBasedDeduplication ?? settings.contentBasedDeduplication) ===
      settings.contentBasedDeduplication &&
    (redrive === undefined ||
      (redrive.deadLetterArn === settings.redrive?.deadLetterArn &&
        redrive.maxReceiveCount === settings.redrive.maxReceiveCount)) &&
    Object.entries(extra ?? {}).every(([name, value]) => settings.extra?.[name] === value)
  );
}
