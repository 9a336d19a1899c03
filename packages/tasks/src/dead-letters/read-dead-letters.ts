import type { Mutable, WireFrame } from '@replyq/contract/wire';
import {
  ATTRIBUTE,
  decodeRequest,
  decodeValue,
  isTaskFrame,
  readMessage,
  readTaskFailure,
  WireError,
  type DecodedRequest,
  type TaskFailure,
} from '@replyq/contract/wire';
import type { ReceivedMessage } from '@replyq/queue';
import type { DeadLetter, DeadLetterInput } from './dead-letter.ts';

/** A dead letter with the frame that it was read from. */
export interface ReadDeadLetter {
  readonly letter: DeadLetter;
  readonly frame: WireFrame;
  /** A call whose caller has stopped waiting: nobody would hear the reply. */
  readonly isCallerGone: boolean;
}

/** The entries of a message, at least one. Never throws. */
export function readDeadLetters(
  message: ReceivedMessage,
  serviceNowMs: number,
): readonly ReadDeadLetter[] {
  const frames = readMessage(message);
  const failure = failureOf(message);
  return frames.map((frame, index) => {
    const request = decodeRequest(frame);
    return {
      frame,
      letter: letterOf({ message, frame, index, frames: frames.length, request, failure }),
      isCallerGone: isCallerGone(frame, request, serviceNowMs),
    };
  });
}

interface Parts {
  readonly message: ReceivedMessage;
  readonly frame: WireFrame;
  readonly index: number;
  readonly frames: number;
  readonly request: DecodedRequest;
  readonly failure: TaskFailure | undefined;
}

function letterOf({ failure, frame, frames, index, message, request }: Parts): DeadLetter {
  const letter: Mutable<DeadLetter> = {
    messageId: message.messageId,
    frame: index,
    frames,
    sentAtMs: message.sentAtMs,
    receiveCount: message.receiveCount,
    kind: kindOf(request),
    metadata: {},
    input: inputOf(request),
    body: frame.body,
    awaited: !isTaskFrame(frame),
  };
  if (message.groupId !== undefined) letter.groupId = message.groupId;
  if (failure !== undefined) letter.failure = failure;
  if (request.kind !== 'request') return letter;
  const { contract, meta } = request.header;
  // Structural: a field of later versions, too.
  const { task } = request.header as { readonly task?: unknown };
  letter.procedure = request.procedure;
  if (contract !== undefined) letter.contract = contract;
  if (typeof task === 'string') letter.task = task;
  if (meta !== undefined) letter.metadata = meta;
  return letter;
}

function kindOf({ kind }: DecodedRequest): DeadLetter['kind'] {
  return kind === 'request' || kind === 'foreign' ? kind : 'malformed';
}

function inputOf(request: DecodedRequest): DeadLetterInput {
  if (request.kind === 'foreign') return raw('Not written by replyq.');
  if (request.kind === 'bad') return raw(request.message);
  if (request.kind === 'drop') return raw('Not a request.');
  const { content } = request.header;
  if (content === 'text') return { kind: 'decoded', value: request.body };
  if (content === 'trpc') return raw("Written by a link's transformer, which its router can read.");
  try {
    return { kind: 'decoded', value: decodeValue(content, request.body, { direction: 'request' }) };
  } catch (error) {
    return raw(error instanceof WireError ? error.message : 'The body cannot be read.');
  }
}

function raw(why: string): DeadLetterInput {
  return { kind: 'raw', why };
}

function isCallerGone(frame: WireFrame, request: DecodedRequest, serviceNowMs: number): boolean {
  if (isTaskFrame(frame) || request.kind !== 'request') return false;
  const { at, timeoutMs } = request.header;
  return timeoutMs !== undefined && serviceNowMs > at + timeoutMs;
}

function failureOf({ attributes }: ReceivedMessage): TaskFailure | undefined {
  const attribute = Object.hasOwn(attributes, ATTRIBUTE.failure)
    ? attributes[ATTRIBUTE.failure]
    : undefined;
  if (attribute?.type !== 'String' || typeof attribute.value !== 'string') return undefined;
  return readTaskFailure(attribute.value);
}
