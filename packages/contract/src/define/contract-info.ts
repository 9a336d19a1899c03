import { RpcError } from '../error/rpc-error.ts';
import type { BoundProcedure } from './procedure.ts';

/** What a contract is at run time. */
export interface ContractInfo {
  readonly name: string;
  /** By path (`user.byId`). A peer's text may be looked up as it is. */
  readonly procedures: ReadonlyMap<string, BoundProcedure>;
}

/** Shared by all copies of this package: a contract may come from another copy than its reader. */
const infoKey: unique symbol = Symbol.for('replyq.Contract');

/**
 * Reads a contract's name and procedures. Throws an `RpcError` when `contract` was not made by
 * `defineContract`, as is a part of a contract.
 */
export function contractInfo(contract: object): ContractInfo {
  const info = (contract as { readonly [infoKey]?: ContractInfo })[infoKey];
  if (info !== undefined) return info;
  throw new RpcError({
    code: 'BAD_REQUEST',
    message: 'Not a contract: expected what defineContract() returned, not a part or a copy of it.',
  });
}

/** Kept under a symbol and not enumerable, so that the names are the procedures and nothing else. */
export function attachContractInfo(contract: object, info: ContractInfo): void {
  Object.defineProperty(contract, infoKey, { value: info });
}
