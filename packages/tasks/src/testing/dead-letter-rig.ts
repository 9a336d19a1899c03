// A work queue and its dead-letter queue in memory and in virtual time.
import type { Mutable, WireFrame } from '@replyq/contract/wire';
import {
  ATTRIBUTE,
  formatTaskFailure,
  readMessage,
  writeMessage,
  writePack,
  type MessageParts,
} from '@replyq/contract/wire';
import { createMemoryQueueService } from '@replyq/memory';
import type { OutgoingMessage, QueueService, ReceivedMessage } from '@replyq/queue';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';

export interface DeadLetterRig {
  readonly runtime: VirtualRuntime;
  readonly service: QueueService;
  /** Gives the URL of a queue, which is FIFO when its name says so. */
  makeQueue(name: string, deadLetterQueue?: string): Promise<string>;
  put(queueUrl: string, ...messages: readonly OutgoingMessage[]): Promise<void>;
  /** Receives and deletes all that is visible, as if nobody had been there before. */
  drain(queueUrl: string): Promise<readonly ReceivedMessage[]>;
  /** The ids of the tasks that are visible, in order; takes them out. */
  ids(queueUrl: string): Promise<readonly string[]>;
  counts(queueUrl: string): Promise<{ readonly visible: number; readonly inFlight: number }>;
}

export function openDeadLetterRig(runtime: VirtualRuntime = createVirtualRuntime()): DeadLetterRig {
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const rig: DeadLetterRig = {
    runtime,
    service,
    async makeQueue(name, deadLetterQueue) {
      const fifo = name.endsWith('.fifo') ? { fifo: true } : {};
      const deadLetterArn = `arn:aws:sqs:memory-1:000000000000:${deadLetterQueue}`;
      const redrive =
        deadLetterQueue === undefined ? {} : { redrive: { deadLetterArn, maxReceiveCount: 5 } };
      const made = await service.createQueue({ name, attributes: { ...fifo, ...redrive } });
      if (made.kind !== 'ok') throw new Error(made.error);
      return made.queueUrl;
    },
    async put(queueUrl, ...messages) {
      for (const message of messages) {
        const sent = await service.sendBatch({ queueUrl, entries: [message] });
        const [end] = sent.kind === 'ok' ? sent.entries : [sent];
        if (end?.kind !== 'ok') throw new Error(end?.error);
      }
    },
    async drain(queueUrl) {
      const drained: ReceivedMessage[] = [];
      for (;;) {
        const request = { queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 60_000 };
        const got = await service.receive(request);
        if (got.kind !== 'ok') throw new Error(got.error);
        if (got.messages.length === 0) return drained;
        drained.push(...got.messages);
        const receiptHandles = got.messages.map(({ receiptHandle }) => receiptHandle);
        await service.deleteBatch({ queueUrl, receiptHandles });
      }
    },
    async ids(queueUrl) {
      return (await rig.drain(queueUrl)).flatMap((message) => readMessage(message).map(idOf));
    },
    async counts(queueUrl) {
      const read = await service.getQueueAttributes({ queueUrl });
      if (read.kind !== 'ok') throw new Error(read.error);
      const { inFlightCount, visibleCount } = read.attributes;
      return { visible: visibleCount, inFlight: inFlightCount };
    },
  };
  return rig;
}

export interface TaskOptions {
  readonly tries?: number;
  readonly replyTo?: string;
  /** Of a task whose result is waited for. */
  readonly task?: string;
  /** Of a call: when it was sent, and how long its caller waits. */
  readonly at?: number;
  readonly timeoutMs?: number;
}

/** A task's frame whose input is its id. */
export function taskFrame(id: string, options: TaskOptions = {}): WireFrame {
  const { at = 1, replyTo, task, timeoutMs = 20_000, tries } = options;
  const frame: Mutable<WireFrame> = {
    procedure: 'mail.send',
    header: {
      v: 1,
      type: 'mutation',
      contract: 'jobs',
      timeoutMs,
      at,
      content: 'json',
      meta: { tenant: 't1' },
      ...(task === undefined ? {} : { task }),
      ...(tries === undefined ? {} : { try: tries }),
    },
    body: JSON.stringify({ id }),
    attributes: {},
  };
  if (replyTo !== undefined) frame.replyTo = replyTo;
  return frame;
}

export function taskMessage(id: string, options?: TaskOptions): MessageParts {
  return writeMessage(taskFrame(id, options));
}

export function packMessage(ids: readonly string[]): MessageParts {
  return writePack(ids.map((id) => taskFrame(id)));
}

/** As a worker of `queue` writes it into the dead-letter queue. */
export function dead<M extends MessageParts>(message: M, queue: string): M {
  const failure = { queue, code: 'CONFLICT', message: 'it broke', attempts: 5, at: 7 };
  const value = formatTaskFailure(failure);
  const attributes = { ...message.attributes, [ATTRIBUTE.failure]: { type: 'String', value } };
  return { ...message, attributes };
}

function idOf({ body }: WireFrame): string {
  try {
    return String((JSON.parse(body) as { readonly id?: unknown }).id);
  } catch {
    return body;
  }
}
