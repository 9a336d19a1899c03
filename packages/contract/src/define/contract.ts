import { bindTree, type ProcedureTree } from './bind.ts';
import { attachContractInfo } from './contract-info.ts';
import type { ErrorSchemas } from './error-schemas.ts';
import { assertContractName, refused } from './names.ts';
import type { BoundProcedure, ProcedureDef, ProcedureType } from './procedure.ts';
import type { Schema } from './schema.ts';

/** The record that was given to {@link defineContract}, each procedure bound to its path. */
export type Contract<TProcedures extends ProcedureTree = ProcedureTree> = {
  readonly [TName in keyof TProcedures]: Bound<TProcedures[TName]>;
};

type Bound<TNode> =
  TNode extends ProcedureDef<
    infer TType extends ProcedureType,
    infer TInput extends Schema | undefined,
    infer TOutput extends Schema | undefined,
    infer TErrors extends ErrorSchemas,
    infer TProgress extends Schema | undefined
  >
    ? BoundProcedure<TType, TInput, TOutput, TErrors, TProgress>
    : TNode extends ProcedureTree
      ? Contract<TNode>
      : never;

/**
 * Names a set of procedures; both sides import the result. Frozen, without prototype.
 *
 * @param name 1 to 80 of `[A-Za-z0-9_-]`; also the default name of the request queue.
 * @param procedures Procedures by name, nested up to 8 deep. One procedure may stand at two places.
 * @throws RpcError with code `BAD_REQUEST` that quotes what is refused: a name, a value that is
 * neither a procedure nor a plain record, a cycle, too deep a nesting, a second `foreign` procedure.
 */
export function defineContract<TProcedures extends ProcedureTree>(
  name: string,
  procedures: TProcedures,
): Contract<TProcedures> {
  assertContractName(name);
  const byPath = new Map<string, BoundProcedure>();
  const tree = bindTree(name, procedures, byPath);
  const foreign = [...byPath.values()].filter((bound) => bound.settings.foreign !== undefined);
  if (foreign.length > 1) {
    const paths = foreign.map((bound) => `"${bound.path}"`).join(' and ');
    throw refused(`The contract "${name}" has more than one foreign procedure: ${paths}.`);
  }
  attachContractInfo(tree, Object.freeze({ name, procedures: byPath }));
  return Object.freeze(tree) as Contract<TProcedures>;
}
