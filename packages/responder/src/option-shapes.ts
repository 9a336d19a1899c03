// What TypeScript says of options, for who writes JavaScript: found when the responder is made, not with its first task.
import { assertMethods, type QueueRef, type Transport } from '@replyq/contract/transport';
import { refused } from './refused.ts';
import type { ReplyStore } from './reply-store.ts';

const TRANSPORT: readonly (keyof Transport)[] = ['openInbox', 'openReplies', 'outbox'];
const REPLY_STORE: readonly (keyof ReplyStore)[] = ['claim', 'renew', 'record', 'abandon'];

/** @throws RpcError BAD_REQUEST. */
export function assertTransport(transport: Transport): void {
  const expected = 'a transport, as sqsTransport makes';
  assertHas('transport', transport, TRANSPORT, expected);
  const runtime: unknown = transport.runtime;
  if (runtime === undefined) throw refused(`transport has no runtime: expected ${expected}.`);
}

/**
 * That they are there; what they are is for others to check.
 *
 * @throws RpcError BAD_REQUEST.
 */
export function assertService(options: object): void {
  const name = ['router', 'contract', 'contracts'].find((option) => option in options);
  if (name === undefined) {
    throw refused('There is nothing to serve: expected `contract`, `contracts` or `router`.');
  }
  const value: unknown = Reflect.get(options, name);
  if (name === 'contracts' ? !Array.isArray(value) : !isThere(value)) {
    throw refused(`\`${name}\` is missing: there is nothing to serve.`);
  }
  if (name === 'contract' && !isThere(Reflect.get(options, 'handlers'))) {
    throw refused('`handlers` is missing: nobody does what the contract says.');
  }
}

/** @throws RpcError BAD_REQUEST. */
export function assertReplyStore(store: ReplyStore | undefined): void {
  if (store === undefined) return;
  assertHas('replyStore', store, REPLY_STORE, 'a reply store, as sqliteReplyStore makes');
}

/** @throws RpcError BAD_REQUEST. */
export function assertDeadLetterQueue(queue: QueueRef | false | undefined): void {
  const value: unknown = queue;
  if (value === undefined || value === false) return;
  if (typeof value === 'string' && value !== '') return;
  const shown = value === '' ? 'empty' : `of the type ${typeof value}`;
  throw refused(`deadLetterQueue is ${shown}: expected a queue, or false.`);
}

function assertHas(
  name: string,
  value: unknown,
  methods: readonly string[],
  expected: string,
): void {
  if (!isThere(value)) throw refused(`\`${name}\` is missing: expected ${expected}.`);
  assertMethods(name, value, methods, expected);
}

function isThere(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
