import type { BoundProcedure } from '@replyq/contract';

/** Something for each procedure, nested as the contract is. Without prototype: no name means anything else. */
export function clientTree(
  procedures: Iterable<BoundProcedure>,
  make: (procedure: BoundProcedure) => unknown,
): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const procedure of procedures) {
    const names = procedure.path.split('.');
    const last = names.pop() ?? procedure.path;
    let node = root;
    for (const name of names)
      node = (node[name] ??= Object.create(null)) as Record<string, unknown>;
    node[last] = make(procedure);
  }
  return root;
}
