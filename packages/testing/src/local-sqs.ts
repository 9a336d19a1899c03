import type * as Fauxqs from 'fauxqs';
import { openDataDir } from './local-sqs-data-dir.ts';
import { receiveAsSqsDoes } from './local-sqs-receives.ts';
import { forFauxqs, makeStores } from './local-sqs-stores.ts';

export interface LocalSqsOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** A directory in which queues and messages outlive the server. Default: memory only. */
  readonly dataDir?: string;
  /** Default `us-east-1`. */
  readonly region?: string;
}

/** A running server that speaks SQS's JSON protocol, for tests and for a first look. It is not SQS. */
export interface LocalSqs {
  /** `http://127.0.0.1:<port>`. Queue URLs name another host; call this one whatever they say. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For `new SQSClient(…)` or a transport. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** How many requests of each operation have arrived since the start, answered or not. */
  requestCounts(): Readonly<Record<string, number>>;
  /** Ends open long polls, cuts connections and frees the port. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const MAX_PORT = 65_535;
/** Any value does: the server checks no signature, but the SDK wants to write one. */
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Starts the emulator `fauxqs` in this process, reachable from this machine only. Needs Node 22.13.
 * Rejects when `fauxqs` cannot be loaded or the port is taken; throws a `RangeError` for a port that is none.
 */
export async function startLocalSqs(options: LocalSqsOptions = {}): Promise<LocalSqs> {
  const { port, region, dataDir } = resolveLocalSqsOptions(options);
  const { buildApp } = await loadFauxqs();
  const stores = await makeStores();
  const persistence = dataDir === undefined ? undefined : await openDataDir(dataDir, stores);
  const app = buildApp({ logger: false, defaultRegion: region, stores: forFauxqs(stores) });
  const counts = new Map<string, number>();
  app.addHook('onRequest', (request, _reply, done) => {
    const target = request.headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.replace('AmazonSQS.', '') : 'other';
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    done();
  });
  receiveAsSqsDoes(app, stores.sqsStore);
  if (persistence !== undefined) app.addHook('preClose', (done) => (persistence.close(), done()));
  try {
    // Not the emulator's own starter: that one listens on every interface of the machine.
    await app.listen({ port, host: LOOPBACK });
  } catch (error) {
    await app.close();
    throw error;
  }
  const address = app.server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  const endpoint = `http://${LOOPBACK}:${boundPort}`;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= Promise.resolve(app.close()));
  return {
    endpoint,
    region,
    credentials: CREDENTIALS,
    clientConfig: { endpoint, region, credentials: CREDENTIALS },
    requestCounts: () => Object.fromEntries(counts),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface ResolvedLocalSqsOptions {
  readonly port: number;
  readonly region: string;
  readonly dataDir: string | undefined;
}

function resolveLocalSqsOptions(options: LocalSqsOptions): ResolvedLocalSqsOptions {
  const { port = 0, region = 'us-east-1', dataDir } = options;
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new RangeError(`port is ${String(port)}; it must be an integer from 0 to ${MAX_PORT}`);
  }
  return { port, region, dataDir };
}

async function loadFauxqs(): Promise<typeof Fauxqs> {
  try {
    return await import('fauxqs');
  } catch (cause) {
    throw new Error(`startLocalSqs() cannot load the package fauxqs: ${whyNot(cause)}`, { cause });
  }
}

function whyNot(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'ERR_UNKNOWN_BUILTIN_MODULE'
    ? 'it needs node:sqlite, which is there from Node 22.13 on (22.12: --experimental-sqlite).'
    : 'install it, 2.4 or newer.';
}
