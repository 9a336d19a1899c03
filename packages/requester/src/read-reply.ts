import type { BoundProcedure, RpcError } from '@replyq/contract';
import type { Runtime } from '@replyq/contract/transport';
import { decodeErrorBody, decodeValue, WireError } from '@replyq/contract/wire';
import { callError, type PendingCall, type RawReply, type WrittenReply } from './pending-call.ts';

/**
 * The value of a reply to a contract's client. Throws the `RpcError` that the responder sent, or a
 * `WireError` when the reply cannot be read.
 */
export function readReply(
  { reply }: RawReply,
  call: PendingCall,
  runtime: Runtime,
  procedure: BoundProcedure,
): unknown {
  if (reply.kind === 'bad') throw new WireError('malformed', reply.message);
  if (reply.kind === 'foreign') {
    // Not written by replyq: a result, in text or as the procedure says.
    return procedure.settings.foreign === 'json'
      ? decodeValue('json', reply.body, { direction: 'reply' })
      : reply.body;
  }
  const { kind } = reply.header;
  const value = readBody(reply);
  if (kind === 'result') return value;
  if (kind === 'error') throw remoteError(value, call, runtime, procedure);
  throw new WireError('unsupported', `a reply of kind "${kind}" to a call that has one reply`);
}

/** What a reply or an event says. Throws a `WireError` when it cannot be read. */
export function readBody({ body, header: { content } }: WrittenReply): unknown {
  // A responder answers in the family of the request; another router's form would be half a value.
  if (content === 'trpc') throw new WireError('unsupported', 'content of a transformer of its own');
  return content === 'text' ? body : decodeValue(content, body, { direction: 'reply' });
}

/**
 * What the responder sent as an error, with what this side knows of the call. An error that a newer
 * responder declares and this side's contract does not is an undeclared one here.
 */
export function remoteError(
  body: unknown,
  call: PendingCall,
  runtime: Runtime,
  procedure?: BoundProcedure,
): RpcError {
  const { code, data, declared, message, ran } = decodeErrorBody(body);
  const remote = {
    origin: 'remote',
    message,
    maybeExecuted: ran || call.timesWritten > 1,
  } as const;
  if (declared === undefined) return callError(call, runtime, { ...remote, code, data });
  if (procedure === undefined || procedure.errors[declared.name] === undefined) {
    return callError(call, runtime, {
      ...remote,
      message: `The responder declares an error "${declared.name}", which this side's contract does not know: ${message}`,
      code: 'UNPROCESSABLE_CONTENT',
      data: { declared },
    });
  }
  return callError(call, runtime, {
    ...remote,
    code: 'DECLARED',
    declared: declared.name,
    data: declared.data,
  });
}
