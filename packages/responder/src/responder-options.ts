import type { HandlersOf } from '@replyq/contract';
import {
  assertScheduleStore,
  inRange,
  type Interceptor,
  type Observer,
  type QueueRef,
  type ReplyToPolicy,
  type Runtime,
  type ScheduleStore,
  type Transport,
} from '@replyq/contract/transport';
import type {
  AnyTRPCRouter,
  CreateContextCallback,
  inferRouterContext,
  TRPCError,
} from '@trpc/server';
import { implement, type Implementation } from './implement.ts';
import type { IncomingCall } from './incoming.ts';
import { memoryReplyStore } from './memory-reply-store.ts';
import {
  assertDeadLetterQueue,
  assertInterceptors,
  assertReplyStore,
  assertReplyTo,
  assertService,
} from './option-shapes.ts';
import { refused } from './refused.ts';
import type { ReplyStore } from './reply-store.ts';
import { ServiceTable, type ForeignProcedure, type Service } from './service.ts';

/** What is served: one contract with its handlers, several, or a tRPC router. */
export type ServiceOptions<TContract extends object, TRouter extends AnyTRPCRouter, TCtx> =
  | ContractService<TContract, TCtx>
  | ContractsService<TCtx>
  | RouterService<TRouter>;

export interface ContractService<TContract extends object, TCtx> extends ContextOption<TCtx> {
  readonly contract: TContract;
  readonly handlers: HandlersOf<TContract, TCtx>;
}

export interface ContractsService<TCtx> extends ContextOption<TCtx> {
  /** Made by `implement`. Their names must differ. */
  readonly contracts: readonly Implementation<TCtx>[];
}

/** `createContext` may be left out only where the router's context is any object. */
export type RouterService<TRouter extends AnyTRPCRouter> = {
  readonly router: TRouter;
} & CreateContextCallback<
  inferRouterContext<TRouter>,
  (call: IncomingCall) => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>
>;

export interface ContextOption<TCtx> {
  /**
   * Makes the `ctx` of one call. What it throws is what the call fails with. Default: an empty
   * object. Write the type of its parameter (`call: IncomingCall`): TypeScript then infers the `ctx`
   * of the handlers from what it returns, which it cannot do while both wait for each other.
   */
  readonly createContext?: (call: IncomingCall) => TCtx | Promise<TCtx>;
}

/** Options of the answerer, in whatever program it runs. */
export interface AnswererSettings {
  readonly replyTo?: ReplyToPolicy;
  /** For requests that name no timeout. Default 20 s. */
  readonly timeoutMs?: number;
  /** A longer timeout is cut to this. Default 1 h; with `graceMs` at most 11.5 h, since SQS hides no message for longer than 12. */
  readonly maxTimeoutMs?: number;
  /** How long a handler that ignores its signal may keep its slot after the deadline. Default 5 s. */
  readonly graceMs?: number;
  /** Send the messages of unknown errors to the caller. Default false. */
  readonly exposeErrors?: boolean;
  /** Messages that replyq has not written, where no procedure is `foreign`: left for 15 minutes, or deleted. */
  readonly onForeign?: 'leave' | 'delete';
  /** superjson types of a router's own that may come in: `custom:Decimal`. Default: none. */
  readonly allowTypes?: readonly string[];
  /**
   * Knows which requests have run. Default: `memoryReplyStore()`, which knows it of this process
   * alone. `sqliteReplyStore` knows it of a host, `noReplyStore` of nothing. Its maker closes it.
   */
  readonly replyStore?: ReplyStore;
  /**
   * How long a claim in the reply store holds when it is not renewed: so soon after a crash another
   * process may run the request. Renewed at a third of it. Default 10 s, as long as a request stays hidden.
   */
  readonly leaseMs?: number;
  /**
   * Where tasks go that fail for good. Default: the one that the request queue's redrive policy names, if this
   * process may read that. False: nowhere; they stay in the queue, until its redrive policy or its retention ends them.
   */
  readonly deadLetterQueue?: QueueRef | false;
  /**
   * Knows the tasks that have a `scheduleKey`; the requesters must have the same. Without one they do not run here. Its
   * maker closes it.
   */
  readonly schedules?: ScheduleStore;
  readonly interceptors?: readonly Interceptor<IncomingCall>[];
  readonly observer?: Observer;
  /** Told of each error that is replied. What it throws changes nothing. */
  readonly onError?: (failure: CallFailure) => void;
}

export interface CallFailure {
  readonly error: TRPCError;
  readonly procedure: string;
  readonly input: unknown;
  readonly ctx: unknown;
  /** Undefined when the request failed before there was a call to speak of. */
  readonly call: IncomingCall | undefined;
}

export interface QueueOption {
  /** The request queue: name, URL or ARN. Default: the name of the contract, where there is one. */
  readonly queue?: QueueRef;
  readonly transport: Transport;
}

type Optional = 'observer' | 'onError' | 'deadLetterQueue' | 'schedules';

export type ResolvedAnswererSettings = Required<Omit<AnswererSettings, Optional>> &
  Pick<AnswererSettings, Optional>;

/** A request can be hidden for 12 h from its receive on; what is left after this is for its reply. */
const LONGEST_RUN_MS = 11.5 * 3_600_000;

/** Throws an `RpcError` BAD_REQUEST that quotes the bad value with its bounds. */
export function resolveAnswererSettings(
  settings: AnswererSettings,
  runtime: Runtime,
): ResolvedAnswererSettings {
  assertScheduleStore(settings.schedules);
  assertReplyStore(settings.replyStore);
  assertDeadLetterQueue(settings.deadLetterQueue);
  assertReplyTo(settings.replyTo);
  assertInterceptors(settings.interceptors);
  const graceMs = inRange('graceMs', settings.graceMs ?? 5000, 0, 3_600_000);
  const maxTimeoutMs = inRange(
    'maxTimeoutMs',
    settings.maxTimeoutMs ?? 3_600_000,
    1,
    LONGEST_RUN_MS - graceMs,
  );
  return {
    replyTo: settings.replyTo ?? {},
    timeoutMs: inRange(
      'timeoutMs',
      settings.timeoutMs ?? Math.min(20_000, maxTimeoutMs),
      1,
      maxTimeoutMs,
    ),
    maxTimeoutMs,
    graceMs,
    exposeErrors: settings.exposeErrors ?? false,
    onForeign: settings.onForeign ?? 'leave',
    allowTypes: settings.allowTypes ?? [],
    replyStore: settings.replyStore ?? memoryReplyStore({ runtime }),
    leaseMs: inRange('leaseMs', settings.leaseMs ?? 10_000, 100, 3_600_000),
    interceptors: settings.interceptors ?? [],
    ...(settings.deadLetterQueue === undefined
      ? {}
      : { deadLetterQueue: settings.deadLetterQueue }),
    ...(settings.schedules === undefined ? {} : { schedules: settings.schedules }),
    ...(settings.observer === undefined ? {} : { observer: settings.observer }),
    ...(settings.onError === undefined ? {} : { onError: settings.onError }),
  };
}

export interface ResolvedServices {
  readonly table: ServiceTable;
  readonly createContext: (call: IncomingCall) => unknown;
  /** The queue to serve when no other is named. */
  readonly defaultQueue: string | undefined;
}

/** Throws an `RpcError` that says what is missing or double. */
export function resolveServices<TContract extends object, TRouter extends AnyTRPCRouter, TCtx>(
  options: ServiceOptions<TContract, TRouter, TCtx>,
): ResolvedServices {
  assertService(options);
  const createContext = options.createContext ?? (() => ({}));
  if ('router' in options) {
    const service: Service = { router: options.router, contract: undefined, procedures: undefined };
    return {
      table: new ServiceTable([service], undefined),
      createContext,
      defaultQueue: undefined,
    };
  }
  const services =
    'contract' in options ? [implement(options.contract, options.handlers)] : options.contracts;
  const [first] = services;
  if (first === undefined) throw refused('`contracts` is empty: there is nothing to serve.');
  const names = new Set(services.map(({ contract }) => contract));
  if (names.size < services.length) throw refused('`contracts` has two contracts of one name.');
  return {
    table: new ServiceTable([first, ...services.slice(1)], foreignOf(services)),
    createContext,
    defaultQueue: services.length === 1 ? first.contract : undefined,
  };
}

function foreignOf(services: readonly Implementation<never>[]): ForeignProcedure | undefined {
  const found = services.flatMap((service) =>
    [...service.procedures.values()].flatMap(({ path, settings, type }) =>
      settings.foreign === undefined
        ? []
        : [{ service, path, type, as: settings.foreign, timeoutMs: settings.timeoutMs }],
    ),
  );
  if (found.length > 1)
    throw refused(
      'More than one procedure is `foreign`: a message without headers could mean any.',
    );
  return found[0];
}
