import type {
  AnyTRPCRootTypes,
  TRPCBuiltRouter,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
} from '@trpc/server';
import type { CallableName } from './define/callable.ts';
import type { InferInput, InferOutput } from './define/infer.ts';
import type { BoundProcedure } from './define/procedure.ts';

/**
 * The tRPC router type that a contract stands for. With it a tRPC client needs no server code and
 * no server context: `createTRPCClient<ContractRouter<typeof auth>>`. A router written in the usual
 * way can be held to the contract: `appRouter satisfies ContractRouter<typeof auth>`. tRPC's types
 * compare inputs as they compare outputs: a router that takes less than the contract passes, one that
 * takes more does not.
 *
 * `TTransformer` is whether client and router have a transformer. Without one, what the client gets
 * is typed as JSON leaves it. Subscriptions are left out; they cannot be called yet.
 */
export type ContractRouter<TContract, TTransformer extends boolean = true> = TRPCBuiltRouter<
  {
    // Any context and metadata: a client has neither, and a router that is held to the contract has its own.
    ctx: AnyTRPCRootTypes['ctx'];
    meta: AnyTRPCRootTypes['meta'];
    errorShape: TRPCDefaultErrorShape;
    transformer: TTransformer;
  },
  ContractRecord<TContract>
>;

/** The record of {@link ContractRouter}: a tRPC procedure for each of the contract's. */
export type ContractRecord<TContract, TName extends keyof TContract = CallableName<TContract>> = {
  [TKey in TName]: TContract[TKey] extends BoundProcedure
    ? ContractProcedure<TContract[TKey]>
    : ContractRecord<TContract[TKey]>;
};

type ContractProcedure<TProcedure extends BoundProcedure> = TProcedure extends {
  readonly type: 'query';
}
  ? TRPCQueryProcedure<ProcedureTypes<TProcedure>>
  : TRPCMutationProcedure<ProcedureTypes<TProcedure>>;

interface ProcedureTypes<TProcedure extends BoundProcedure> {
  input: InferInput<TProcedure>;
  output: InferOutput<TProcedure>;
  meta: unknown;
  /** Unknown: the router's own shape. */
  errorShape: unknown;
}
