import { RpcError } from '@replyq/contract';
import type { QueueRef } from '@replyq/contract/transport';
import {
  parseQueueArn,
  queueFailed,
  queueNameOf,
  type Failure,
  type QueueAccess,
  type QueueAttributes,
} from '@replyq/queue';
import { neverAborted, patiently } from '../patience.ts';

/** Queues that are looked at where the service does not know who uses a dead-letter queue. */
const MOST_LOOKED_AT = 1000;

export interface SourceQueue {
  readonly name: string;
  readonly queueUrl: string;
}

type Sources = readonly SourceQueue[] | undefined;

/** A dead-letter queue, as it was found. */
export interface FoundDeadLetterQueue {
  readonly name: string;
  readonly queueUrl: string;
  readonly arn: string;
  readonly fifo: boolean;
  /** How long what is read stays hidden if this process dies. */
  readonly visibilityMs: number;
  /** The queues whose redrive policies name it; undefined: nobody may know. */
  readonly sources: Sources;
}

/**
 * The dead-letter queue that is meant: `queue` itself if other queues name it, else the one that its own
 * redrive policy names. `orphan`: `queue` itself in any case.
 *
 * @throws RpcError BAD_REQUEST where it is neither.
 */
export async function findDeadLetterQueue(
  access: QueueAccess,
  queue: QueueRef,
  { orphan, visibilityMs }: { readonly orphan: boolean; readonly visibilityMs: number },
): Promise<FoundDeadLetterQueue> {
  const found = (url: string, { arn, fifo }: QueueAttributes, sources: Sources) => {
    return { name: queueNameOf(url), queueUrl: url, arn, fifo, visibilityMs, sources };
  };
  const queueUrl = await access.urlOf(queue);
  const attributes = await attributesOf(access, queueUrl);
  const sources = await sourcesOf(access, queueUrl, attributes.arn);
  const own = found(queueUrl, attributes, sources);
  if (orphan || (sources !== undefined && sources.length > 0)) return own;
  const target = parseQueueArn(attributes.redrive?.deadLetterArn ?? '');
  if (target === undefined) {
    // Who may not know takes the operator's word for it.
    if (sources === undefined) return own;
    const message = `"${queueNameOf(queueUrl)}" is not a dead-letter queue: no queue's redrive policy names it, and it has no redrive policy that names another.`;
    throw new RpcError({ code: 'BAD_REQUEST', queue, message });
  }
  const targetUrl = await access.urlOf(attributes.redrive?.deadLetterArn ?? '');
  const targetAttributes = await attributesOf(access, targetUrl);
  const served = await sourcesOf(access, targetUrl, targetAttributes.arn);
  return found(targetUrl, targetAttributes, served ?? [source(queueUrl)]);
}

/** @throws RpcError where the service will not say. */
export async function attributesOf(
  { api, runtime }: QueueAccess,
  queueUrl: string,
): Promise<QueueAttributes> {
  const read = await patiently(runtime, neverAborted(), () => api.getQueueAttributes(queueUrl));
  if (read.kind !== 'ok') throw queueFailed(queueNameOf(queueUrl), read);
  return read.attributes;
}

async function sourcesOf(access: QueueAccess, queueUrl: string, arn: string): Promise<Sources> {
  const { admin, runtime } = access;
  const listed = await patiently(runtime, neverAborted(), () =>
    admin.listDeadLetterSourceQueues({ queueUrl }),
  );
  if (listed.kind === 'ok') return listed.queueUrls.map(source);
  if (listed.kind === 'denied') return undefined;
  // Of a queue that is there nothing else can be invalid: the service does not know the operation.
  if (listed.kind === 'invalid') return lookForSources(access, arn);
  throw queueFailed(queueNameOf(queueUrl), listed);
}

async function lookForSources({ api, runtime }: QueueAccess, arn: string): Promise<Sources> {
  const listed = await patiently(runtime, neverAborted(), () => api.listQueues(''));
  if (listed.kind !== 'ok' || listed.queueUrls.length > MOST_LOOKED_AT) return undefined;
  const sources: SourceQueue[] = [];
  for (const queueUrl of listed.queueUrls) {
    const read = await patiently(runtime, neverAborted(), () => api.getQueueAttributes(queueUrl));
    if (read.kind === 'ok' && read.attributes.redrive?.deadLetterArn === arn) {
      sources.push(source(queueUrl));
    } else if (read.kind !== 'ok' && !isGone(read)) return undefined;
  }
  return sources;
}

function isGone({ kind }: Failure): boolean {
  return kind === 'gone';
}

function source(queueUrl: string): SourceQueue {
  return { name: queueNameOf(queueUrl), queueUrl };
}
