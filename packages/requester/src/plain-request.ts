import type { MessageAttributes } from '@replyq/contract/wire';
import { decodeValue, isSqsText, WireError } from '@replyq/contract/wire';
import { RpcError } from '@replyq/contract';
import type { QueueRef, Runtime } from '@replyq/contract/transport';
import type { Asker } from './asker.ts';
import type { CallOptions } from './call-options.ts';
import { remoteError } from './read-reply.ts';
import type { PendingCall, RawReply } from './pending-call.ts';
import type { Question } from './question.ts';

export type PlainRequestOptions = Omit<CallOptions, 'metadata' | 'idempotencyKey'>;

/** A reply as the message that it is. */
export interface PlainReply {
  readonly body: string;
  readonly attributes: MessageAttributes;
}

/**
 * Sends a message and waits for the reply message: AWS's `sendMessageAndGetResponse`. The request
 * carries `ResponseQueueUrl` and the user's attributes, nothing of replyq's, so that any responder
 * that knows temporary queues can answer.
 */
export async function plainRequest(
  asker: Asker,
  runtime: Runtime,
  queue: QueueRef,
  body: string,
  options: PlainRequestOptions,
): Promise<PlainReply> {
  if (!isSqsText(body)) {
    const message = 'The body has characters that SQS refuses, such as control characters.';
    throw new RpcError({ code: 'BAD_REQUEST', queue, message });
  }
  const question: Question = {
    queue,
    procedure: undefined,
    header: undefined,
    body,
    timeoutMs: undefined,
    attempt: 1,
    pack: true,
    options,
    decode: (raw, call) => toPlainReply(raw, call, runtime),
  };
  const reply = await new Promise((resolve, reject) => {
    asker.ask(question, resolve, reject);
  });
  return reply as PlainReply;
}

function toPlainReply(
  { attributes, reply }: RawReply,
  call: PendingCall,
  runtime: Runtime,
): PlainReply {
  if (reply.kind === 'bad') throw new WireError('malformed', reply.message);
  // A replyq responder says that its foreign procedure failed; others have no such word.
  if (reply.kind === 'reply' && reply.header.kind === 'error') {
    throw remoteError(foreignErrorOf(reply.body), call, runtime);
  }
  if (reply.kind === 'reply' && reply.header.kind !== 'result') {
    throw new WireError('unsupported', `a reply of kind "${reply.header.kind}" to a plain request`);
  }
  return { body: reply.body, attributes };
}

/** `{"error":{code,message}}`, as a foreign request is answered, in the shape of an error body. */
function foreignErrorOf(body: string): unknown {
  let parsed: unknown;
  try {
    parsed = decodeValue('json', body, { direction: 'reply' });
  } catch {
    return undefined;
  }
  const error = isRecord(parsed) ? parsed['error'] : undefined;
  return isRecord(error) ? { message: error['message'], data: { code: error['code'] } } : parsed;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
