import { isCallId } from './call-id.ts';
import type { HeaderRecord, WireFrame } from './frame.ts';
import { formatHeader, parseHeader } from './header-json.ts';
import { formatReplyAddress } from './reply-address.ts';
import { escapeForSqs } from './sqs-text.ts';
import { isTraceparent } from './traceparent.ts';
import { malformed, WireError } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

/** What the first line of a pack says about all of its frames. */
export interface PackLead {
  readonly kind: 'requests' | 'replies';
  /** The host queue that all replies go to. Absent: none is wanted, or the frames are replies. */
  readonly replyTo?: string;
  readonly shared: HeaderRecord;
}

/** A writer puts the id first, so that a line which is broken further on can still be answered. */
const ID_FIRST = /^\{"id":"([A-Za-z0-9_-]{1,128})"[,}]/;

/** Two lines: the header with the id, without what all frames share, and the body. */
export function writePackFrame(frame: WireFrame, shared: HeaderRecord): string {
  const { header = {}, procedure, traceparent } = frame;
  const id = frame.virtualQueue ?? frame.replyTo?.slice(frame.replyTo.indexOf('#') + 1);
  const line: Record<string, unknown> = { id, procedure, traceparent, ...header };
  for (const key of Object.keys(shared)) delete line[key];
  return `${formatHeader(line)}\n${isTextual(header) ? formatText(frame.body) : frame.body}`;
}

/** Never throws: a bad frame is malformed by itself, and can be answered where its id is readable. */
export function readPackFrame(
  line: string,
  body: string,
  lead: PackLead,
  limits: WireLimits,
): WireFrame {
  try {
    const { id, ...own } = parseHeader(line, limits);
    const { procedure, traceparent, ...header }: HeaderRecord = { ...lead.shared, ...own };
    return {
      ...addressOf(id, lead),
      ...(procedure !== undefined && { procedure: asText(procedure, 'procedure') }),
      header,
      body: isTextual(header) ? parseText(body) : body,
      attributes: {},
      ...(typeof traceparent === 'string' && isTraceparent(traceparent) && { traceparent }),
    };
  } catch (error) {
    const reason = error instanceof WireError ? error.message : 'The frame cannot be read.';
    return { ...rescuedAddress(line, lead), malformed: reason, body, attributes: {} };
  }
}

/** Whether the body is text, which a pack carries as a JSON string. */
export function isTextual(header: HeaderRecord): boolean {
  return !Object.hasOwn(header, 'content') || header['content'] === 'text';
}

function addressOf(
  id: unknown,
  { kind, replyTo }: PackLead,
): Pick<WireFrame, 'replyTo' | 'virtualQueue'> {
  if (kind === 'requests' && replyTo === undefined && id === undefined) return {};
  if (typeof id !== 'string' || !isCallId(id)) throw malformed('A frame without an id.');
  if (kind === 'replies') return { virtualQueue: id };
  if (replyTo === undefined) throw malformed('An id, but nowhere to reply to.');
  return { replyTo: formatReplyAddress(replyTo, id) };
}

function rescuedAddress(line: string, lead: PackLead): Pick<WireFrame, 'replyTo' | 'virtualQueue'> {
  const id = ID_FIRST.exec(line)?.[1];
  if (id === undefined || (lead.kind === 'requests' && lead.replyTo === undefined)) return {};
  return addressOf(id, lead);
}

function formatText(text: string): string {
  return escapeForSqs(JSON.stringify(text));
}

function parseText(line: string): string {
  let text: unknown;
  try {
    text = JSON.parse(line);
  } catch {
    throw malformed('A text body that is not a JSON string.');
  }
  return asText(text, 'text body');
}

function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw malformed(`A ${what} that is not text.`);
  return value;
}
