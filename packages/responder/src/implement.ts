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
import { getTRPCErrorFromUnknown, initTRPC } from '@trpc/server';
import { withInputIssues } from './input-issues.ts';
import { checkInput, checkOutput } from './schema-check.ts';
import type { Resolver, ResolverRun, Service } from './service.ts';

/** A contract with its handlers. */
export interface Implementation<TCtx> extends Service {
  readonly contract: string;
  readonly procedures: ReadonlyMap<string, BoundProcedure>;
  readonly resolvers: ReadonlyMap<string, Resolver>;
  /** Never there at run time: what the handlers expect of `createContext`. */
  readonly '~ctx'?: (ctx: TCtx) => void;
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
  const resolvers = new Map<string, Resolver>();
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
    const resolver = resolverOf(procedure, handlerAt(handlers, name, path));
    resolvers.set(path, resolver);
    node[last] = t.procedure[procedure.type]((options) => resolver(options.ctx));
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
    resolvers,
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
  return initTRPC.context<ResolverRun>().create({ isDev: false, errorFormatter: withInputIssues });
}

/**
 * The handler between the checks of its input and its output. The responder calls it without tRPC's chain of
 * middlewares, of which a contract has none: it copies all options twice a call, and waits three times.
 */
function resolverOf(procedure: BoundProcedure, handler: AnyHandler): Resolver {
  const { input: inputSchema, output: outputSchema, progress: progressSchema } = procedure;
  const errors = errorFactories(procedure);
  return async (run) => {
    const { call, ctx, signal } = run;
    let input: unknown;
    if (inputSchema !== undefined) {
      const fit = checkInput(inputSchema, run.input);
      input = ('then' in fit ? await fit : fit).value;
    }
    run.entered();
    const progress = progressSchema && ((value: unknown) => call.progress(value));
    let result: unknown;
    try {
      result = await handler({ input, ctx, signal, errors, call, progress });
    } catch (cause) {
      const error = DeclaredError.is(cause)
        ? await checkDeclared(procedure, cause).catch((unfit: unknown) => unfit)
        : cause;
      throw getTRPCErrorFromUnknown(error);
    }
    if (outputSchema === undefined) return undefined;
    const fit = checkOutput(outputSchema, result);
    return ('then' in fit ? await fit : fit).value;
  };
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
