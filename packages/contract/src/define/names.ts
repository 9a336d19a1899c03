import { RpcError } from '../error/rpc-error.ts';

/** A procedure's, a namespace's or a declared error's name: no dots, since a path joins names by them. */
const NAME = /^[A-Za-z_][\w-]{0,63}$/;

/** A contract's name is also its default queue name: SQS's characters and length, without `.fifo`. */
const CONTRACT_NAME = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * Names that mean something already. `then` would make a client thenable; `call` and `apply` are what
 * tRPC's routers and clients refuse or take for a function's own; the others are asked for by the
 * language, by `JSON.stringify` or by loggers, or reach a prototype.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'then',
  'call',
  'apply',
  'constructor',
  '__proto__',
  'prototype',
  'toJSON',
  'toString',
  'valueOf',
  'hasOwnProperty',
]);

/** Throws an `RpcError` that quotes the name unless a contract may be called so. */
export function assertContractName(name: string): void {
  if (typeof name === 'string' && CONTRACT_NAME.test(name)) return;
  throw refused(
    `The contract name ${quote(name)} is refused: expected ${CONTRACT_NAME.source}. ` +
      'It names the default queue; a FIFO queue is given by the `queue` option.',
  );
}

/** Throws an `RpcError` that quotes the name unless a procedure, namespace or error may be called so. */
export function assertName(name: string, where: string): void {
  if (RESERVED.has(name)) {
    throw refused(`The name ${quote(name)} in ${where} is refused: it has a meaning already.`);
  }
  if (!NAME.test(name)) {
    throw refused(`The name ${quote(name)} in ${where} is refused: expected ${NAME.source}.`);
  }
}

/** A definition that cannot stand: a mistake of the program, found when its module loads. */
export function refused(message: string): RpcError {
  return new RpcError({ code: 'BAD_REQUEST', message });
}

function quote(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 100)) : `of type ${typeof name}`;
}
