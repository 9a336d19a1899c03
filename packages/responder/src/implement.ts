import {
  contractInfo,
  DeclaredError,
  errorFactories,
  formatIssues,
  RpcError,
  validate,
  type BoundProcedure,
  type HandlersOf,
} from '@replyq/contract';
import type { CallScope } from '@replyq/contract/transport';
import { initTRPC } from '@trpc/server';
import { withInputIssues } from './input-issues.ts';
import { checkInput, checkOutput } from './schema-check.ts';
import type { Service } from './service.ts';

/** A contract with its handlers. */
export interface Implementation<TCtx> extends Service {
  readonly contract: string;
  readonly procedures: ReadonlyMap<string, BoundProcedure>;
  /** Never there at run time: what the handlers expect of `createContext`. */
  readonly '~ctx'?: (ctx: TCtx) => void;
}

/** tRPC's context of a contract's procedures: the user's own, and what each handler is given besides. */
export interface HandlerContext {
  readonly user: unknown;
  /** Decoded, not yet checked. */
  readonly input: unknown;
  readonly call: CallScope;
  /** Called on entering the handler: from then on its effects may have happened. */
  readonly entered: () => void;
}

type AnyHandler = (opts: object) => unknown;

/**
 * Joins a contract and its handlers: builds the tRPC router that validates inputs, runs handlers
 * and validates outputs. Throws an `RpcError` that names a handler which is missing or too many,
 * and a subscription, which cannot be implemented yet.
 */
export function implement<TContract extends object, TCtx = unknown>(
  contract: TContract,
  handlers: HandlersOf<TContract, TCtx>,
): Implementation<TCtx> {
  const { name, procedures } = contractInfo(contract);
  const t = createRoot();
  const record: Record<string, unknown> = {};
  const unused = pathsOf(handlers);
  for (const [path, procedure] of procedures) {
    if (procedure.type === 'subscription') {
      throw new RpcError({
        code: 'NOT_IMPLEMENTED',
        message: `"${path}" is a subscription, which cannot be implemented yet.`,
      });
    }
    unused.delete(path);
    const steps = path.split('.');
    const last = steps.pop() ?? path;
    let node = record;
    for (const step of steps) node = (node[step] ??= {}) as Record<string, unknown>;
    node[last] = buildProcedure(t, procedure, handlerAt(handlers, name, path));
  }
  const [extra] = unused;
  if (extra !== undefined) {
    throw new RpcError({
      code: 'BAD_REQUEST',
      message: `A handler "${extra}" is given, but the contract "${name}" has no such procedure.`,
    });
  }
  return {
    router: t.router(record as never),
    contract: name,
    procedures,
  };
}

function handlerAt(handlers: unknown, contract: string, path: string): AnyHandler {
  let node: unknown = handlers;
  for (const step of path.split('.')) {
    node =
      typeof node === 'object' && node !== null && Object.hasOwn(node, step)
        ? Reflect.get(node, step)
        : undefined;
  }
  if (typeof node === 'function') return node.bind(undefined) as AnyHandler;
  throw new RpcError({
    code: 'BAD_REQUEST',
    message: `The contract "${contract}" has a procedure "${path}", but no handler is given for it.`,
  });
}

function pathsOf(handlers: object, prefix = ''): Set<string> {
  const paths = new Set<string>();
  for (const [name, value] of Object.entries(handlers)) {
    if (typeof value === 'function') paths.add(prefix + name);
    else if (typeof value === 'object' && value !== null) {
      for (const path of pathsOf(value, `${prefix}${name}.`)) paths.add(path);
    }
  }
  return paths;
}

function createRoot() {
  return initTRPC
    .context<HandlerContext>()
    .create({ isDev: false, errorFormatter: withInputIssues });
}

type Root = ReturnType<typeof createRoot>;

/**
 * The procedure checks input and output itself: each of tRPC's own middlewares copies all options
 * twice, which costs more than the checks (26 against 9 us a call, Node 24).
 */
function buildProcedure(t: Root, procedure: BoundProcedure, handler: AnyHandler): unknown {
  const { input: inputSchema, output: outputSchema, progress: progressSchema } = procedure;
  const errors = errorFactories(procedure);
  const resolve = async ({ ctx, signal }: ResolverOptions): Promise<unknown> => {
    const { call, user } = ctx;
    const input = inputSchema && (await checkInput(inputSchema, ctx.input));
    ctx.entered();
    const progress = progressSchema && ((value: unknown) => call.progress(value));
    let result: unknown;
    try {
      result = await handler({ input, ctx: user, signal, errors, call, progress });
    } catch (cause) {
      throw DeclaredError.is(cause) ? await checkDeclared(procedure, cause) : cause;
    }
    return outputSchema && checkOutput(outputSchema, result);
  };
  return t.procedure[procedure.type === 'query' ? 'query' : 'mutation'](resolve);
}

interface ResolverOptions {
  readonly ctx: HandlerContext;
  readonly signal: AbortSignal | undefined;
}

/** The declared error with its data as the caller gets it, or an error that says why it cannot travel. */
async function checkDeclared(procedure: BoundProcedure, error: DeclaredError): Promise<Error> {
  const schema = procedure.errors[error.declared];
  if (schema === undefined) {
    return new Error(
      `The handler of "${procedure.path}" threw the error "${error.declared}", which its contract does not declare.`,
    );
  }
  if (schema === true)
    return new DeclaredError({ declared: error.declared, data: undefined, message: error.message });
  const checked = await validate(schema, error.data);
  if (checked.issues !== undefined) {
    return new Error(
      `The data of the declared error "${error.declared}" does not fit its schema: ${formatIssues(checked.issues)}`,
    );
  }
  return new DeclaredError({
    declared: error.declared,
    data: checked.value,
    message: error.message,
  });
}
