// A packed message: several frames of one kind in one body, as lines.
//
//   pack-key.ts           which frames go together
//   pack-frame-writer.ts  one frame as its two lines
//   pack-frame.ts         and back; one bad frame spoils nothing else
//   packed-bytes.ts       how large a pack can become, before it is written
//   pack.ts               the first line; what it says for all frames; cutting at line feeds
//
// The first line holds what all frames share, so that a reply address is written once.
import { ATTRIBUTE } from './attribute-names.ts';
import type { HeaderRecord, MessageParts, WireFrame } from './frame.ts';
import { formatHeader, parseHeader } from './header-json.ts';
import { readPackFrame, type PackLead, type SharedFields } from './pack-frame.ts';
import { PackFrameWriter } from './pack-frame-writer.ts';
import { packKey } from './pack-key.ts';
import { splitReplyAddress } from './reply-address.ts';
import { assertBodySize, isRecord } from './strict-json.ts';
import { malformed, unsupported, WireError } from './wire-error.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

const COUNT = /^[1-9]\d{0,4}$/;

/**
 * Several frames as one message. They must have the same {@link packKey}.
 *
 * @throws WireError `unsupported` where they have not, or there are none.
 */
export function writePack(frames: readonly WireFrame[]): MessageParts {
  const [first] = frames;
  const key = first && packKey(first);
  if (key === undefined || frames.some((frame) => packKey(frame) !== key)) {
    throw unsupported('Cannot pack frames of different kinds or reply queues.');
  }
  return writePackOf(frames);
}

/**
 * {@link writePack} for who has grouped frames by their {@link packKey} already: it is not looked
 * at again, which saves a fifth.
 *
 * @throws WireError `unsupported` where there are none.
 */
export function writePackOf(frames: readonly WireFrame[]): MessageParts {
  const [first] = frames;
  if (first === undefined) throw unsupported('Cannot pack no frames.');
  const shared = findShared(first, frames);
  const hostQueueUrl = first.replyTo && splitReplyAddress(first.replyTo).hostQueueUrl;
  const { procedure } = shared;
  let body = formatHeader({
    v: 1,
    count: frames.length,
    kind: first.virtualQueue === undefined ? 'requests' : 'replies',
    ...(hostQueueUrl !== undefined && { replyTo: hostQueueUrl }),
    shared: { ...shared.header, ...(procedure !== undefined && { procedure }) },
  });
  const writer = new PackFrameWriter(shared);
  for (const frame of frames) body += `\n${writer.write(frame)}`;
  return {
    body,
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
    const frames: WireFrame[] = [];
    for (let at = 1; at < lines.length; at += 2) {
      frames.push(readPackFrame(lines[at] ?? '', lines[at + 1] ?? '', lead, limits));
    }
    return frames;
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
  const { procedure, traceparent, ...header }: HeaderRecord = shared;
  return {
    kind,
    ...(replyTo !== undefined && { replyTo }),
    shared: { header, procedure, traceparent },
  };
}

/** The simple fields that are the same in every frame, the procedure among them. */
function findShared(
  { header = {}, procedure }: WireFrame,
  frames: readonly WireFrame[],
): SharedFields {
  const keys = Object.keys(header).filter((key) => {
    const value = header[key];
    return typeof value !== 'object' && frames.every((frame) => hasField(frame, key, value));
  });
  return {
    header: Object.fromEntries(keys.map((key) => [key, header[key]])),
    procedure: frames.every((frame) => frame.procedure === procedure) ? procedure : undefined,
    traceparent: undefined,
  };
}

function hasField({ header = {} }: WireFrame, key: string, value: unknown): boolean {
  return header[key] === value && Object.hasOwn(header, key);
}
