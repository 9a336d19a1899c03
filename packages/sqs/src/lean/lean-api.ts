import type { Runtime } from '@replyq/contract/transport';
import type { ApiCaller, Sent } from '../api-caller.ts';
import { createDateReader } from '../date-header.ts';
import type { Input, OperationName, Output, SqsApi } from '../sqs-api.ts';
import { exchange, type HttpAnswer } from './exchange.ts';
import { createIdentities } from './identities.ts';
import { createLambdaTrace } from './lambda-trace.ts';
import type { Pools, ResolvedLeanOptions } from './lean-options.ts';
import { nonsenseError, serviceErrorOf, type ServiceError } from './service-error.ts';
import { createSigner, longDateOf, type Identity, type Signer } from './signer.ts';
import { createSigningClock } from './signing-clock.ts';
import { createSdkResolver, type Target } from './target.ts';
import { encodeInput } from '../wire-input.ts';
import { decodeOutput } from './wire-output.ts';

/** The API by Node's own HTTP client. */
export interface LeanApi extends SqsApi {
  /** Where requests go; undefined before the first. */
  target(): Target | undefined;
  /** Closes the sockets. */
  destroy(): void;
}

interface Connection {
  readonly target: Target;
  readonly signer: Signer;
  readonly pools: Pools;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';
/** Temporary credentials whose time is over: their source may have newer ones. */
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

export function createLeanApi(
  options: ResolvedLeanOptions,
  caller: ApiCaller,
  runtime: Runtime,
): LeanApi {
  const sdk = createSdkResolver(options.sdkConfig);
  const identities = createIdentities(sdk.config.credentials);
  const clock = createSigningClock(runtime);
  const readDate = createDateReader();
  const traceOf = createLambdaTrace();
  let connection: Connection | undefined;
  let connecting: Promise<Connection> | undefined;
  let destroyed = false;

  const connect = async (): Promise<Connection> => {
    try {
      const target = await sdk.resolveTarget();
      const signer = createSigner(sdk.config.sha256, target.signingRegion, target.signingName);
      connection = { target, signer, pools: options.createPools(target.protocol) };
      if (destroyed) connection.pools.destroy();
      return connection;
    } finally {
      connecting = undefined;
    }
  };

  const send = async <Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    signal: AbortSignal,
  ): Promise<Sent<Output<Name>>> => {
    const { target, signer, pools } = connection ?? (await (connecting ??= connect()));
    const identity = await identities.current();
    const body = encodeInput(input);
    const headers = await signedHeaders(target, signer, identity, name, body, clock.nowMs());
    const trace = traceOf();
    if (trace !== undefined) headers.push('x-amzn-trace-id', trace);
    const { agent } = pools[poolOf(name)];
    const request = { target, agent, headers, body };
    const answer = await exchange(request, signal, options.exchange, runtime);
    const serviceTimeMs = readDate(answer.headers.date);
    if (answer.status >= 200 && answer.status < 300) {
      return { output: read(name, answer), serviceTimeMs };
    }
    const error: ServiceError = serviceErrorOf(answer);
    clock.heed(serviceTimeMs);
    if (EXPIRED.has(error.name.replace(/^.*#|:.*$/g, ''))) identities.refuse(identity);
    // Read by failureOf alone, which spares a stack trace.
    throw error;
  };

  return {
    call: (name, input, signal) =>
      caller.call(
        signal,
        ({ abortSignal }) => send(name, input, abortSignal),
        () => connection?.pools[poolOf(name)].closeIdle(),
      ),
    target: () => connection?.target,
    destroy() {
      destroyed = true;
      connection?.pools.destroy();
    },
  };
}

const poolOf = (name: OperationName): 'polls' | 'calls' =>
  name === 'ReceiveMessage' ? 'polls' : 'calls';

/** Names and values by turns. What is signed stands in the order that a signature wants. */
async function signedHeaders(
  target: Target,
  signer: Signer,
  identity: Identity,
  name: OperationName,
  body: string,
  timeMs: number,
): Promise<string[]> {
  const date = longDateOf(timeMs);
  const { sessionToken } = identity;
  const signed: (readonly [string, string])[] = [
    ['content-type', CONTENT_TYPE],
    ['host', target.host],
    ['x-amz-date', date],
    ...(sessionToken === undefined ? [] : [['x-amz-security-token', sessionToken] as const]),
    ['x-amz-target', `AmazonSQS.${name}`],
    // Makes SQS tell the codes of its query protocol too.
    ['x-amzn-query-mode', 'true'],
  ];
  const authorization = await signer.authorize(
    { path: target.path, body, headers: signed },
    identity,
    date,
  );
  const unsigned = [
    'content-length',
    String(Buffer.byteLength(body)),
    'user-agent',
    target.userAgent,
  ];
  return [...signed.flat(), ...unsigned, 'authorization', authorization];
}

function read<Name extends OperationName>(name: Name, { status, body }: HttpAnswer): Output<Name> {
  try {
    // Operations without a result are answered with nothing at all.
    return decodeOutput(name, body === '' ? {} : JSON.parse(body));
  } catch (error) {
    throw nonsenseError(status, error);
  }
}
