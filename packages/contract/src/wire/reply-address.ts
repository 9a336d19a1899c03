import type { ReplyAddressRule } from '../transport/reply-router.ts';

export type ReplyAddress =
  | {
      readonly kind: 'address';
      /** The host queue's URL, without the virtual queue. Its host is not judged here. */
      readonly url: URL;
      readonly account: string;
      readonly name: string;
      /** Everything after the first `#`. Absent: the address is the queue itself. */
      readonly virtualQueue?: string;
    }
  | { readonly kind: 'refused'; readonly rule: ReplyAddressRule };

/** Twice the longest queue URL of a VPC endpoint, with the longest name and call id. */
const MAX_CHARS = 1_024;
const PRINTABLE = /^[\x21-\x7e]+$/;
const NORMALISED_AWAY = /[%\\?]|\.\.|\/\.\/|[^:]\/\//;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const ACCOUNT = /^\d{12}$/;
const NAME = /^[A-Za-z0-9_-]+(?:\.fifo)?$/;
/** Java's are `<prefix><uuid>`; other clients may use anything that an attribute can hold. */
const VIRTUAL = /^[\x21-\x7e]{1,128}$/;

/** `<hostQueueUrl>#<virtualQueue>` */
export function formatReplyAddress(hostQueueUrl: string, virtualQueue: string): string {
  return `${hostQueueUrl}#${virtualQueue}`;
}

/** Whether a reply address may end so after its `#`. */
export function isVirtualQueue(name: string): boolean {
  return VIRTUAL.test(name);
}

/** The two sides of the first `#`. */
export function splitReplyAddress(address: string): {
  readonly hostQueueUrl: string;
  readonly virtualQueue?: string;
} {
  const hash = address.indexOf('#');
  if (hash === -1) return { hostQueueUrl: address };
  return { hostQueueUrl: address.slice(0, hash), virtualQueue: address.slice(hash + 1) };
}

/**
 * Takes a caller's reply address apart, or names the first rule that it breaks. The raw text is
 * judged, because `URL` would quietly normalise what is refused here. Never throws.
 */
export function parseReplyAddress(address: string): ReplyAddress {
  if (address.length > MAX_CHARS || !PRINTABLE.test(address)) return refused('notAnAddress');
  const { hostQueueUrl, virtualQueue } = splitReplyAddress(address);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(hostQueueUrl)?.[1];
  if (scheme === undefined) return refused('notAnAddress');
  if (scheme !== 'http' && scheme !== 'https') return refused('scheme');
  const url = NORMALISED_AWAY.test(hostQueueUrl) ? null : URL.parse(hostQueueUrl);
  if (url === null) return refused('notAnAddress');
  const [, slashes, host = '', account = '', name = '', ...more] = hostQueueUrl.split('/');
  if (slashes !== '' || more.length > 0) return refused('notAnAddress');
  if (!HOST.test(host)) return refused('host');
  if (!ACCOUNT.test(account)) return refused('account');
  if (name.length > 80 || !NAME.test(name)) return refused('queueName');
  const parts = { kind: 'address', url, account, name } as const;
  if (virtualQueue === undefined) return parts;
  return VIRTUAL.test(virtualQueue) ? { ...parts, virtualQueue } : refused('virtualName');
}

function refused(rule: ReplyAddressRule): ReplyAddress {
  return { kind: 'refused', rule };
}
