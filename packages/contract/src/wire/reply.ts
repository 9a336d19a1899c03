import { isContent, type Content } from './content.ts';
import type { HeaderRecord, WireFrame } from './frame.ts';
import type { Mutable } from './mutable.ts';
import { splitReplyAddress } from './reply-address.ts';
import { assertBodySize } from './strict-json.ts';
import { isSpokenVersion } from './version.ts';
import { malformed, WireError } from './wire-error.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

export type ReplyKind = 'result' | 'error' | 'event' | 'end';

export interface ReplyHeader {
  readonly v: 1;
  readonly kind: ReplyKind;
  /** The place of an event or end in its stream, from 0. */
  readonly seq?: number;
  readonly content: Content;
  /** How many frames this responder takes in one message; 0 none. Absent: it does not say. */
  readonly packs?: number;
}

export type DecodedReply =
  | { readonly kind: 'reply'; readonly header: ReplyHeader; readonly body: string }
  /** Not written by replyq: a result, in text. */
  | { readonly kind: 'foreign'; readonly body: string }
  /** For this call, but not readable. */
  | { readonly kind: 'bad'; readonly message: string }
  /** A request that came to a reply queue. */
  | { readonly kind: 'drop' };

const KINDS: ReadonlySet<unknown> = new Set(['result', 'error', 'event', 'end']);

export function encodeReplyHeader(header: ReplyHeader): HeaderRecord {
  return { ...header };
}

/** What a frame on a reply queue is. Never throws; the body is not decoded. */
export function decodeReply(
  frame: WireFrame,
  limits: WireLimits = defaultWireLimits,
): DecodedReply {
  const { header } = frame;
  const isCopied = isCopyOfRequest(frame);
  if (!isCopied && isRequest(frame)) return { kind: 'drop' };
  if (frame.malformed !== undefined) return { kind: 'bad', message: frame.malformed };
  try {
    assertBodySize(frame.body, limits.maxBodyBytes);
    if (header === undefined || isCopied) return { kind: 'foreign', body: frame.body };
    return { kind: 'reply', header: readFields(header, limits), body: frame.body };
  } catch (error) {
    const message = error instanceof WireError ? error.message : 'The header cannot be read.';
    return { kind: 'bad', message };
  }
}

/** A foreign responder has sent all of the request's attributes back: the address is this call's own. */
function isCopyOfRequest({ header, virtualQueue, replyTo }: WireFrame): boolean {
  if (header === undefined || virtualQueue === undefined || replyTo === undefined) return false;
  return Object.hasOwn(header, 'type') && splitReplyAddress(replyTo).virtualQueue === virtualQueue;
}

/** A reply is for a virtual queue, even if a foreign responder has copied the request's attributes. */
function isRequest({ header, virtualQueue, replyTo, procedure }: WireFrame): boolean {
  if (header !== undefined && Object.hasOwn(header, 'type')) return true;
  return virtualQueue === undefined && (replyTo !== undefined || procedure !== undefined);
}

function readFields(header: HeaderRecord, limits: WireLimits): ReplyHeader {
  if (!isSpokenVersion(header)) {
    throw malformed('A version or a critical header that is not known here.');
  }
  const { kind, seq, content = 'text', packs } = header;
  if (!isReplyKind(kind)) throw malformed('Not a kind of reply.');
  if (!isContent(content)) throw malformed('Not a content that is known here.');
  if (seq === undefined ? kind === 'event' || kind === 'end' : !isCount(seq)) {
    throw malformed('seq is not a place in a stream.');
  }
  if (packs !== undefined && !isCount(packs)) throw malformed('packs is not a count.');
  const fields: Mutable<ReplyHeader> = { v: 1, kind, content };
  if (isCount(seq)) fields.seq = seq;
  if (isCount(packs)) fields.packs = Math.min(packs, limits.maxPackFrames);
  return fields;
}

function isReplyKind(kind: unknown): kind is ReplyKind {
  return KINDS.has(kind);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
