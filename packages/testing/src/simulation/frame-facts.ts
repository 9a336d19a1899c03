import {
  ATTRIBUTE,
  attemptOf,
  readMessage,
  readTaskFailure,
  splitReplyAddress,
  timeoutMsOf,
  type MessageParts,
  type WireFrame,
} from '@replyq/contract/wire';
import { queueNameOf } from '@replyq/queue';
import type { FrameFact } from './fact.ts';

/** What a history keeps of a message's frames. */
export function frameFacts(message: MessageParts): readonly FrameFact[] {
  const failure = failureOf(message);
  return readMessage(message).map((frame) => ({ ...factOf(frame), ...failure }));
}

function factOf(frame: WireFrame): FrameFact {
  const { header, procedure, replyTo, virtualQueue } = frame;
  if (header === undefined) return { kind: 'foreign' };
  if (procedure === undefined) {
    return virtualQueue === undefined ? { kind: 'reply' } : { kind: 'reply', callId: virtualQueue };
  }
  const timeoutMs = timeoutMsOf(frame);
  const address = replyTo === undefined ? undefined : splitReplyAddress(replyTo);
  const task = header['task'];
  const callId = address?.virtualQueue ?? (typeof task === 'string' ? task : undefined);
  const meta = header['meta'] as Readonly<Record<string, unknown>> | undefined;
  const call = meta?.['call'];
  return {
    kind: 'request',
    attempt: attemptOf(frame),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(callId === undefined ? {} : { callId }),
    ...(address === undefined ? {} : { replyQueue: queueNameOf(address.hostQueueUrl) }),
    ...(typeof call === 'string' ? { call } : {}),
    ...(address === undefined && typeof task === 'string' ? { task: true } : {}),
  };
}

function failureOf({ attributes }: MessageParts): Pick<FrameFact, 'failure'> {
  const text = attributes[ATTRIBUTE.failure]?.value;
  const failure = typeof text === 'string' ? readTaskFailure(text) : undefined;
  if (failure === undefined) return {};
  return { failure: { code: failure.code, attempts: failure.attempts } };
}
