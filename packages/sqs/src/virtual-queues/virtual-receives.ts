import type {
  Message,
  ReceiveMessageCommandInput,
  ReceiveMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import { VirtualQueueEnded, type VirtualMessage } from '@replyq/queue/virtual-queues';
import { fromSeconds } from '../seconds.ts';
import { MAX_BATCH_ENTRIES, MAX_VISIBILITY_MS, MAX_WAIT_MS } from '../sqs-limits.ts';
import type { ClientService } from './client-service.ts';
import { invalidParameterValue, queueDoesNotExist, requestAborted } from './exceptions.ts';
import { metadata } from './metadata.ts';
import { shownMessage } from './shown-message.ts';
import type { VirtualSettings } from './virtual-settings.ts';
import type { FoundQueue } from './virtual-url.ts';

export interface VirtualReceivesOptions {
  readonly service: Pick<ClientService, 'causeOf' | 'rawOf'>;
  readonly settings: VirtualSettings;
}

/** ReceiveMessage on a virtual queue. Rejects as the SDK would: with what reading the host queue came to. */
export async function receiveVirtual(
  found: FoundQueue,
  input: ReceiveMessageCommandInput,
  signal: AbortSignal | undefined,
  { service, settings }: VirtualReceivesOptions,
): Promise<ReceiveMessageCommandOutput> {
  const { host, queue, queueUrl } = found;
  const maxMessages = checked(
    'MaxNumberOfMessages',
    input.MaxNumberOfMessages ?? 1,
    1,
    MAX_BATCH_ENTRIES,
  );
  const wait = inMs('WaitTimeSeconds', input.WaitTimeSeconds, MAX_WAIT_MS);
  const visibility = inMs('VisibilityTimeout', input.VisibilityTimeout, MAX_VISIBILITY_MS);
  try {
    const own = settings.attributesOf(queue) ?? {};
    const traits = await unlessAborted(host.traits(), signal);
    const messages = await queue.receive({
      maxMessages,
      waitMs: wait ?? own.waitMs ?? traits.waitMs,
      visibilityMs: visibility ?? own.visibilityMs ?? traits.visibilityMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const show = ({ message, receiptHandle }: VirtualMessage): Message =>
      shownMessage(service.rawOf(message), receiptHandle, queue.name, input);
    return messages.length === 0
      ? { $metadata: metadata(200) }
      : { $metadata: metadata(200), Messages: messages.map(show) };
  } catch (error) {
    if (!(error instanceof VirtualQueueEnded)) throw error;
    throw asSdkError(error, queueUrl, service);
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new VirtualQueueEnded({ kind: 'aborted' }));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = (): void => signal.removeEventListener('abort', onAbort);
    work.then(resolve, reject).finally(settled);
  });
}

function asSdkError(
  { end }: VirtualQueueEnded,
  queueUrl: string,
  service: Pick<ClientService, 'causeOf'>,
): unknown {
  switch (end.kind) {
    case 'gone':
      return queueDoesNotExist(queueUrl);
    case 'aborted':
      return requestAborted();
    case 'failed':
      return service.causeOf(end.failure) ?? timedOut(end.failure.error);
  }
}

/** No answer came: as from the SDK's own request handler. */
function timedOut(message: string): Error {
  const error = new Error(message);
  error.name = 'TimeoutError';
  return error;
}

function inMs(name: string, seconds: number | undefined, mostMs: number): number | undefined {
  return seconds === undefined ? undefined : fromSeconds(checked(name, seconds, 0, mostMs / 1000));
}

function checked(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidParameterValue(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}.`,
  );
}
