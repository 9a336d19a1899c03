// What TypeScript says of options, for who writes JavaScript: found when the responder is made, not with its first task.
import {
  assertMethods,
  type QueueRef,
  type ReplyToPolicy,
  type Transport,
} from '@replyq/contract/transport';
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

/** @throws RpcError BAD_REQUEST. */
export function assertInterceptors(interceptors: unknown): void {
  if (interceptors === undefined) return;
  const all: readonly unknown[] | undefined = Array.isArray(interceptors)
    ? interceptors
    : undefined;
  if (all?.every((each) => typeof each === 'function') !== true) {
    throw refused('interceptors is not an array of functions.');
  }
}

const REPLY_TO: Readonly<Record<keyof ReplyToPolicy, true>> = {
  accounts: true,
  prefixes: true,
  queues: true,
  fifo: true,
};

/** @throws RpcError BAD_REQUEST. */
export function assertReplyTo(replyTo: unknown): void {
  if (replyTo === undefined) return;
  if (typeof replyTo !== 'object' || replyTo === null) throw refused('replyTo is not an object.');
  for (const [name, value] of Object.entries(replyTo)) {
    if (!Object.hasOwn(REPLY_TO, name)) {
      const names = Object.keys(REPLY_TO).join(', ');
      throw refused(
        `replyTo: there is no ${JSON.stringify(name.slice(0, 200))}; there are ${names}.`,
      );
    }
    const isFit = name === 'fifo' ? typeof value === 'boolean' : isTexts(value);
    const expected = name === 'fifo' ? 'true or false' : 'an array of texts';
    if (value !== undefined && !isFit) throw refused(`replyTo.${name} is not ${expected}.`);
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
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
