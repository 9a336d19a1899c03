import type { BoundProcedure, ProcedureType } from '@replyq/contract';
import type { CallScope } from '@replyq/contract/transport';
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';

/** A set of procedures behind one request queue: a contract with its handlers, or a tRPC router. */
export interface Service {
  readonly router: AnyTRPCRouter;
  /** The contract's name; undefined for a plain router, which answers to any name. */
  readonly contract: string | undefined;
  /** A contract's procedures by path. Absent for a plain router. */
  readonly procedures: ReadonlyMap<string, BoundProcedure> | undefined;
  /** What a contract's procedures run, by path. A plain router's run through tRPC. */
  readonly resolvers?: ReadonlyMap<string, Resolver>;
}

/** Runs a contract's procedure. Rejects with a `TRPCError`. */
export type Resolver = (run: ResolverRun) => Promise<unknown>;

/** The run that a procedure of a contract is part of. */
export interface ResolverRun {
  /** What `createContext` has made. */
  readonly ctx: unknown;
  /** Decoded, not yet checked. */
  readonly input: unknown;
  readonly call: CallScope;
  readonly signal: AbortSignal;
  /** Called on entering the handler: from then on its effects may have happened. */
  readonly entered: () => void;
}

/** The procedure that answers messages which replyq has not written. */
export interface ForeignProcedure {
  readonly service: Service;
  readonly path: string;
  readonly type: ProcedureType;
  readonly as: 'text' | 'json';
  readonly timeoutMs: number | undefined;
}

/** The services of one responder, looked up by contract name and path. */
export class ServiceTable {
  readonly #services: readonly Service[];
  readonly foreign: ForeignProcedure | undefined;

  /** Speaks for requests that are for none of them. */
  readonly first: Service;

  constructor(services: readonly [Service, ...Service[]], foreign: ForeignProcedure | undefined) {
    this.#services = services;
    [this.first] = services;
    this.foreign = foreign;
  }

  /**
   * The service that a request is for. A plain router takes any; of several contracts the one that
   * is named, or, for a request that names none (a tRPC link), the one that has the procedure.
   */
  find(contract: string | undefined, path: string): Service | undefined {
    return this.#services.find((service) => {
      if (service.procedures === undefined) return true;
      return contract === undefined ? service.procedures.has(path) : service.contract === contract;
    });
  }

  /** How observers are told of `path`: a caller's text is told as `unknown`. */
  labelOf(service: Service, path: string): string {
    return this.typeOf(service, path) === undefined ? 'unknown' : path;
  }

  /** The type under which `path` is known, if it is; a lazy router's procedure is known once loaded. */
  typeOf(service: Service, path: string): ProcedureType | undefined {
    return procedureOf(service, path)?._def.type;
  }

  /** Whether a lazy router that is not loaded yet may have `path`. */
  mayLoad(service: Service, path: string): boolean {
    const { lazy } = service.router._def;
    return Object.keys(lazy).some((prefix) => path === prefix || path.startsWith(`${prefix}.`));
  }
}

/** The procedure at `path`, as tRPC built it; undefined: there is none, or its lazy router is not loaded. */
export function procedureOf({ router }: Service, path: string): AnyTRPCProcedure | undefined {
  const procedures: Readonly<Record<string, AnyTRPCProcedure>> = router._def.procedures;
  return Object.hasOwn(procedures, path) ? procedures[path] : undefined;
}
