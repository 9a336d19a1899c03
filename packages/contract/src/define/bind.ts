import { assertName, refused } from './names.ts';
import { isProcedure, type BoundProcedure, type ProcedureDef } from './procedure.ts';
import { isSchema } from './schema.ts';

/** Procedures by name, and further such records. */
export interface ProcedureTree {
  readonly [name: string]: ProcedureDef | ProcedureTree;
}

export interface BoundTree {
  [name: string]: BoundProcedure | BoundTree;
}

/** Deeper than anyone names things; also what keeps a path within a message attribute. */
const DEEPEST = 8;

/** Copies the tree with each procedure bound to its path, and lists them in `byPath`. */
export function bindTree(
  contract: string,
  tree: ProcedureTree,
  byPath: Map<string, BoundProcedure>,
): BoundTree {
  return bindNode(tree, [], []);

  function bindNode(node: unknown, names: readonly string[], above: readonly unknown[]): BoundTree {
    const where = describe(contract, names);
    assertRecord(node, where);
    if (above.includes(node)) throw refused(`${where} contains itself.`);
    if (names.length >= DEEPEST) throw refused(`${where} is nested deeper than ${DEEPEST}.`);
    const bound: BoundTree = Object.create(null);
    for (const [name, value] of Object.entries(node)) {
      assertName(name, where);
      const path = [...names, name];
      bound[name] = isProcedure(value)
        ? bindProcedure(value, path.join('.'))
        : Object.freeze(bindNode(value, path, [...above, node]));
    }
    return bound;
  }

  function bindProcedure(procedure: ProcedureDef, path: string): BoundProcedure {
    const bound: BoundProcedure = Object.freeze({ ...procedure, path, contract });
    byPath.set(path, bound);
    return bound;
  }
}

function assertRecord(node: unknown, where: string): asserts node is Record<string, unknown> {
  if (isSchema(node)) throw refused(`${where} is a schema: wrap it in query() or mutation().`);
  const prototype: unknown =
    typeof node === 'object' && node !== null ? Object.getPrototypeOf(node) : undefined;
  if (prototype === null || prototype === Object.prototype) return;
  throw refused(`${where} is neither a procedure nor a record of procedures.`);
}

function describe(contract: string, names: readonly string[]): string {
  return names.length === 0 ? `the contract "${contract}"` : `"${contract}.${names.join('.')}"`;
}
