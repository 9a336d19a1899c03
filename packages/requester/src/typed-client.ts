import {
  contractInfo,
  formatIssues,
  RpcError,
  validate,
  type BoundProcedure,
  type ClientOf,
} from '@replyq/contract';
import { intercept } from '@replyq/contract/transport';
import { encodeValue, WireError } from '@replyq/contract/wire';
import type { Asker } from './asker.ts';
import type { CallOptions } from './call-options.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { readReply } from './read-reply.ts';
import type { ResolvedRequesterOptions } from './requester-options.ts';

export interface ClientOptions {
  /** Where this contract is served: name, URL or ARN. Default: the contract's name. */
  readonly queue?: string;
  /**
   * Check each result against the output schema before it is returned; a misfit is BAD_REPLY. The
   * result itself is not replaced: each schema transforms once, at the responder. Only for output
   * schemas that accept what they produce. Default false.
   */
  readonly checkOutput?: boolean;
}

type Procedure = (input: unknown, options?: CallOptions) => Promise<unknown>;

/** A client of plain functions, one per procedure, made once: a call looks nothing up. */
export function createTypedClient<TContract extends object>(
  contract: TContract,
  options: ClientOptions,
  asker: Asker,
  settings: ResolvedRequesterOptions,
): ClientOf<TContract, CallOptions> {
  const info = contractInfo(contract);
  const root: Record<string, unknown> = Object.create(null);
  for (const [path, procedure] of info.procedures) {
    if (procedure.type === 'subscription') continue;
    const names = path.split('.');
    const last = names.pop() ?? path;
    let node = root;
    for (const name of names)
      node = (node[name] ??= Object.create(null)) as Record<string, unknown>;
    node[last] = procedureOf(procedure, options.queue ?? info.name, options, asker, settings);
  }
  return root as ClientOf<TContract, CallOptions>;
}

function procedureOf(
  procedure: BoundProcedure,
  queue: string,
  client: ClientOptions,
  asker: Asker,
  settings: ResolvedRequesterOptions,
): Procedure {
  const { contract, path, type } = procedure;
  const { timeoutMs } = procedure.settings;
  const { runtime } = settings.transport;

  const ask = async (call: OutgoingCall): Promise<unknown> => {
    const { body, content } = encodeInput(call);
    const value = await asker.ask({
      queue: call.queue,
      procedure: path,
      header: { type, contract, content },
      body,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      options: call.options,
      decode: (reply, pending) => readReply(reply, pending, runtime, procedure),
    });
    if (client.checkOutput === true) await checkOutput(procedure, call.queue, value);
    return value;
  };

  const run = settings.interceptors.length === 0 ? ask : intercept(settings.interceptors, ask);
  return (input, options = {}) => run({ contract, procedure: path, type, queue, input, options });
}

function encodeInput({ input, procedure, queue }: OutgoingCall): ReturnType<typeof encodeValue> {
  try {
    return encodeValue(input);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    const message = `The input of "${procedure}" cannot be sent: ${cause.message}`;
    throw new RpcError({ code: 'BAD_REQUEST', procedure, queue, cause, message });
  }
}

async function checkOutput(
  { output, path }: BoundProcedure,
  queue: string,
  value: unknown,
): Promise<void> {
  if (output === undefined) return;
  const { issues } = await validate(output, value);
  if (issues === undefined) return;
  const message = `The result of "${path}" does not fit its output schema: ${formatIssues(issues)}`;
  throw new RpcError({ code: 'BAD_REPLY', procedure: path, queue, maybeExecuted: true, message });
}
