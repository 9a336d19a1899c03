import {
  contractInfo,
  formatIssues,
  messageOf,
  validate,
  type BoundProcedure,
  type ClientOf,
  type Schema,
} from '@replyq/contract';
import { intercept, type Runtime } from '@replyq/contract/transport';
import type { Asker } from './asker.ts';
import type { CallOptions } from './call-options.ts';
import { clientTree } from './client-tree.ts';
import { encodeInput } from './encode-input.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { callError, type PendingCall } from './pending-call.ts';
import type { Question } from './question.ts';
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
  const callable = [...info.procedures.values()].filter(({ type }) => type !== 'subscription');
  const root = clientTree(callable, (procedure) =>
    procedureOf(procedure, options.queue ?? info.name, options, asker, settings),
  );
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
  const { pack, timeoutMs } = procedure.settings;
  const { interceptors, transport } = settings;
  const { runtime } = transport;
  const decode: Question['decode'] = (reply, call) => readReply(reply, call, runtime, procedure);

  const questionOf = (call: OutgoingCall, attempt: number): Question => {
    const { queue: to } = call;
    const about = { procedure: path, queue: to, attempt };
    const { body, content } = encodeInput(procedure, call.input, about);
    const header = { type, contract, content };
    const { options } = call;
    return { queue: to, procedure: path, header, body, timeoutMs, attempt, pack, options, decode };
  };
  const ask = (call: OutgoingCall, attempt: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asker.ask(questionOf(call, attempt), resolve, reject);
    });
  const askAndCheck = async (call: OutgoingCall, attempt: number): Promise<unknown> => {
    let asked: PendingCall | undefined;
    const value = await new Promise((resolve, reject) => {
      asked = asker.ask(questionOf(call, attempt), resolve, reject);
    });
    if (asked !== undefined) await checkOutput(procedure, value, asked, runtime);
    return value;
  };
  const once = client.checkOutput === true ? askAndCheck : ask;

  return (input, options = NO_OPTIONS) => {
    const call: OutgoingCall = { contract, procedure: path, type, queue, input, options };
    if (interceptors.length === 0) return once(call, 1);
    // Each time that an interceptor calls `next` is an attempt of the one call.
    let attempts = 0;
    return intercept(interceptors, (each: OutgoingCall) => once(each, (attempts += 1)))(call);
  };
}

const NO_OPTIONS: CallOptions = {};

async function checkOutput(
  { output, path }: BoundProcedure,
  value: unknown,
  call: PendingCall,
  runtime: Runtime,
): Promise<void> {
  if (output === undefined) return;
  const misfit = await misfitOf(output, value);
  if (misfit === undefined) return;
  const message = `The result of "${path}" does not fit its output schema: ${misfit}`;
  throw callError(call, runtime, { code: 'BAD_REPLY', maybeExecuted: true, message });
}

/** A schema may throw, too, which is a misfit like another. */
async function misfitOf(output: Schema, value: unknown): Promise<string | undefined> {
  try {
    const { issues } = await validate(output, value);
    return issues === undefined ? undefined : formatIssues(issues);
  } catch (cause) {
    return messageOf(cause);
  }
}
