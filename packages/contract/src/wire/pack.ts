// A packed message: several frames of one kind in one body, as lines.
//
//   pack-frame.ts  one frame as its two lines, and back; one bad frame spoils nothing else
//   pack.ts        which frames go together; the first line; cutting at line feeds
//
// The first line holds what all frames share, so that a reply address is written once.
import { ATTRIBUTE } from './attribute-names.ts';
import type { HeaderRecord, MessageParts, WireFrame } from './frame.ts';
import { formatHeader, parseHeader } from './header-json.ts';
import { isTextual, readPackFrame, writePackFrame, type PackLead } from './pack-frame.ts';
import { isCallId } from './call-id.ts';
import { splitReplyAddress } from './reply-address.ts';
import { assertBodySize, isRecord } from './strict-json.ts';
import { malformed, unsupported, WireError } from './wire-error.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

const COUNT = /^[1-9]\d{0,4}$/;
/** What a frame's line says beside its header's fields. */
const LINE_KEYS = ['id', 'procedure', 'traceparent'];

/** Whether this frame can share a message with others at all. */
export function canPack(frame: WireFrame): boolean {
  return packKey(frame) !== undefined;
}

/** Frames with equal keys may share a message: of one kind, and to one reply queue. */
export function packKey(frame: WireFrame): string | undefined {
  const { header, replyTo, virtualQueue } = frame;
  if (header === undefined || frame.malformed !== undefined || frame.traceHeader !== undefined) {
    return undefined;
  }
  if (LINE_KEYS.some((key) => Object.hasOwn(header, key))) return undefined;
  if (Object.keys(frame.attributes).length > 0) return undefined;
  if (!isTextual(header) && frame.body.includes('\n')) return undefined;
  if (virtualQueue !== undefined) {
    return replyTo === undefined && isCallId(virtualQueue) ? 'replies' : undefined;
  }
  if (replyTo === undefined) return 'requests';
  const { hostQueueUrl, virtualQueue: id } = splitReplyAddress(replyTo);
  return id !== undefined && isCallId(id) ? `requests ${hostQueueUrl}` : undefined;
}

/**
 * Several frames as one message. They must have the same {@link packKey}.
 *
 * @throws WireError `unsupported` where they have not, or there are none.
 */
export function writePack(frames: readonly WireFrame[]): MessageParts {
  const [first] = frames;
  const key = first && packKey(first);
  if (first === undefined || key === undefined || frames.some((frame) => packKey(frame) !== key)) {
    throw unsupported('Cannot pack frames of different kinds or reply queues.');
  }
  const hostQueueUrl = first.replyTo && splitReplyAddress(first.replyTo).hostQueueUrl;
  const shared = sharedFields(frames);
  const head = {
    v: 1,
    count: frames.length,
    kind: first.virtualQueue === undefined ? 'requests' : 'replies',
    ...(hostQueueUrl !== undefined && { replyTo: hostQueueUrl }),
    shared,
  };
  const lines = frames.map((frame) => writePackFrame(frame, shared));
  return {
    body: [formatHeader(head), ...lines].join('\n'),
    attributes: { [ATTRIBUTE.pack]: { type: 'String', value: String(frames.length) } },
  };
}

/**
 * The frames of a packed message. Never throws. If the message as a whole cannot be read, that is
 * one malformed frame; a single bad frame is malformed by itself.
 */
export function readPack(
  parts: MessageParts,
  limits: WireLimits = defaultWireLimits,
): readonly WireFrame[] {
  try {
    assertBodySize(parts.body, limits.maxBodyBytes);
    const count = readCount(parts, limits);
    const lines = parts.body.split('\n', 2 * count + 2);
    if (lines.length !== 2 * count + 1) throw malformed('A pack whose lines do not fit its count.');
    const lead = readLead(lines[0] ?? '', count, limits);
    return Array.from({ length: count }, (_, at) =>
      readPackFrame(lines[2 * at + 1] ?? '', lines[2 * at + 2] ?? '', lead, limits),
    );
  } catch (error) {
    const reason = error instanceof WireError ? error.message : 'The pack cannot be read.';
    return [{ malformed: reason, body: parts.body, attributes: {} }];
  }
}

function readCount({ attributes }: MessageParts, limits: WireLimits): number {
  const attribute = attributes[ATTRIBUTE.pack];
  const text = attribute?.type === 'String' ? attribute.value : undefined;
  if (typeof text !== 'string' || !COUNT.test(text)) throw malformed('A pack without a count.');
  if (Number(text) > limits.maxPackFrames) {
    throw malformed(`A pack of more than ${limits.maxPackFrames} frames.`);
  }
  return Number(text);
}

function readLead(line: string, count: number, limits: WireLimits): PackLead {
  const { v, count: said, kind, replyTo, shared = {} } = parseHeader(line, limits);
  if (v !== 1) throw malformed('A pack of an unknown version.');
  if (said !== count) throw malformed('A pack whose two counts differ.');
  if (kind !== 'requests' && kind !== 'replies') throw malformed('A pack of an unknown kind.');
  if (replyTo !== undefined && typeof replyTo !== 'string') throw malformed('A bad reply address.');
  if (!isRecord(shared) || Object.hasOwn(shared, 'id')) throw malformed('Bad shared fields.');
  return { kind, ...(replyTo !== undefined && { replyTo }), shared };
}

/** The simple fields that are the same in every frame, the procedure among them. */
function sharedFields(frames: readonly WireFrame[]): HeaderRecord {
  const [first, ...rest] = frames.map(({ header, procedure }) => ({
    ...header,
    ...(procedure !== undefined && { procedure }),
  }));
  const shared = Object.entries(first ?? {}).filter(
    ([key, value]) =>
      typeof value !== 'object' &&
      rest.every((fields) => Object.hasOwn(fields, key) && Reflect.get(fields, key) === value),
  );
  return Object.fromEntries(shared);
}
