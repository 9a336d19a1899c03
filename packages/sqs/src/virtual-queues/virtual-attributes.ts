import { QueueAttributeName } from '@aws-sdk/client-sqs';
import { isFifo } from '@replyq/contract/transport';
import { invalidAttributeName, invalidAttributeValue } from './exceptions.ts';
import { fromSeconds } from '../seconds.ts';

/** The attribute that makes CreateQueue make a virtual queue. */
export const HOST_QUEUE_URL = 'HostQueueUrl';
/** As AWS's page spells it. */
const HOST_QUEUE_URL_ON_PAGE = 'HostQueueURL';
export const IDLE_RETENTION = 'IdleQueueRetentionPeriodSeconds';

/** The longest idle retention: SQS's longest retention of messages. */
const MAX_IDLE_S = 1_209_600;
const MAX_VISIBILITY_S = 43_200;
const MAX_WAIT_S = 20;

/** What a virtual queue has of its own; what it has not is its host queue's. */
export interface VirtualAttributes {
  readonly visibilityMs?: number;
  readonly waitMs?: number;
  readonly idleMs?: number;
}

type Given = Readonly<Record<string, string>>;

/**
 * The attributes with which CreateQueue makes a virtual queue on that host queue: with these the SDK's own
 * types, which do not know them, are content. `more`: `IdleQueueRetentionPeriodSeconds`,
 * `VisibilityTimeout`, `ReceiveMessageWaitTimeSeconds`.
 */
export function virtualQueueAttributes(
  hostQueueUrl: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { [HOST_QUEUE_URL]: hostQueueUrl, ...more };
}

/** Takes the name of a host queue out. Throws `InvalidAttributeValue` for two that differ. */
export function splitHostQueueUrl(given: Given): { readonly hostQueueUrl?: string; rest: Given } {
  const { [HOST_QUEUE_URL]: url, [HOST_QUEUE_URL_ON_PAGE]: onPage, ...rest } = given;
  const hostQueueUrl = url ?? onPage;
  if (hostQueueUrl === undefined) return { rest };
  if (onPage !== undefined && onPage !== hostQueueUrl) {
    throw invalidAttributeValue(HOST_QUEUE_URL, hostQueueUrl, `${HOST_QUEUE_URL_ON_PAGE} differs`);
  }
  return { hostQueueUrl, rest };
}

/** Takes the idle retention out, in seconds. Throws `InvalidAttributeValue`. */
export function splitIdleRetention(given: Given): { readonly idleS?: number; rest: Given } {
  const { [IDLE_RETENTION]: idle, ...rest } = given;
  if (idle === undefined) return { rest };
  return { idleS: secondsOf(IDLE_RETENTION, idle, 1, MAX_IDLE_S), rest };
}

/**
 * The attributes that a virtual queue may have. Throws `InvalidAttributeName` for those that belong to its
 * host queue, and `InvalidAttributeValue`.
 */
export function parseVirtualAttributes(given: Given, hostQueueUrl: string): VirtualAttributes {
  const attributes: { visibilityMs?: number; waitMs?: number; idleMs?: number } = {};
  for (const [name, value] of Object.entries(given)) {
    switch (name) {
      case IDLE_RETENTION:
        attributes.idleMs = fromSeconds(secondsOf(name, value, 1, MAX_IDLE_S));
        break;
      case 'VisibilityTimeout':
        attributes.visibilityMs = fromSeconds(secondsOf(name, value, 0, MAX_VISIBILITY_S));
        break;
      case 'ReceiveMessageWaitTimeSeconds':
        attributes.waitMs = fromSeconds(secondsOf(name, value, 0, MAX_WAIT_S));
        break;
      case 'FifoQueue':
        if (value !== String(isFifo(hostQueueUrl))) {
          throw invalidAttributeValue(name, value, 'Its host queue says otherwise');
        }
        break;
      default: {
        const known = Object.values<string>(QueueAttributeName).includes(name);
        const why = known ? 'a virtual queue has its host queue’s' : 'there is no such attribute';
        throw invalidAttributeName(name, why);
      }
    }
  }
  return attributes;
}

/** What GetQueueAttributes may name. Throws `InvalidAttributeName` for anything else. */
export function assertAttributeNames(names: readonly string[]): void {
  const own = [HOST_QUEUE_URL, HOST_QUEUE_URL_ON_PAGE, IDLE_RETENTION];
  const known = new Set<string>([...Object.values(QueueAttributeName), ...own]);
  for (const name of names) {
    if (!known.has(name)) throw invalidAttributeName(name, 'there is no such attribute');
  }
}

export function secondsOf(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalidAttributeValue(name, text, `Must be a whole number from ${least} to ${most}`);
}
