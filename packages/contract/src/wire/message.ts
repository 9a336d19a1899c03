import { ATTRIBUTE } from './attribute-names.ts';
import type { MessageAttribute, MessageAttributes, MessageParts, WireFrame } from './frame.ts';
import { formatHeader, parseHeader } from './header-json.ts';
import type { Mutable } from './mutable.ts';
import { readPack } from './pack.ts';
import { isTraceparent } from './traceparent.ts';
import { malformed, WireError } from './wire-error.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

const RESERVED: ReadonlySet<string> = new Set(Object.values(ATTRIBUTE));

/** A frame as a message of its own. Our attributes win over a user's of the same name. */
export function writeMessage(frame: WireFrame): MessageParts {
  const attributes: Record<string, MessageAttribute> = { ...frame.attributes };
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) attributes[name] = { type: 'String', value };
  };
  set(ATTRIBUTE.responseQueueUrl, frame.replyTo);
  set(ATTRIBUTE.virtualQueue, frame.virtualQueue);
  set(ATTRIBUTE.procedure, frame.procedure);
  set(ATTRIBUTE.header, frame.header && formatHeader(frame.header));
  set(ATTRIBUTE.traceparent, frame.traceparent);
  const parts: Mutable<MessageParts> = { body: frame.body, attributes };
  if (frame.traceHeader !== undefined) parts.traceHeader = frame.traceHeader;
  return parts;
}

/**
 * The frames of a message: one of a plain message, several of a packed one. Never throws. What
 * cannot be read becomes a frame that says so in `malformed`, with whatever is needed to answer it.
 */
export function readMessage(
  parts: MessageParts,
  limits: WireLimits = defaultWireLimits,
): readonly WireFrame[] {
  return Object.hasOwn(parts.attributes, ATTRIBUTE.pack)
    ? readPack(parts, limits)
    : [readPlain(parts, limits)];
}

function readPlain(parts: MessageParts, limits: WireLimits): WireFrame {
  const attributes = new Reserved(parts.attributes);
  const replyTo = attributes.text(ATTRIBUTE.responseQueueUrl);
  const virtualQueue = attributes.text(ATTRIBUTE.virtualQueue);
  const procedure = attributes.text(ATTRIBUTE.procedure);
  const traceparent = attributes.text(ATTRIBUTE.traceparent);
  const frame: Mutable<WireFrame> = { body: parts.body, attributes: attributes.others() };
  if (replyTo !== undefined) frame.replyTo = replyTo;
  if (virtualQueue !== undefined) frame.virtualQueue = virtualQueue;
  if (procedure !== undefined) frame.procedure = procedure;
  if (parts.traceHeader !== undefined) frame.traceHeader = parts.traceHeader;
  if (traceparent !== undefined && isTraceparent(traceparent)) frame.traceparent = traceparent;
  setHeader(frame, attributes, limits);
  return frame;
}

/** Neither attribute: the frame is foreign, and nothing about it is ours to judge. */
function setHeader(frame: Mutable<WireFrame>, attributes: Reserved, limits: WireLimits): void {
  if (!attributes.has(ATTRIBUTE.header) && !attributes.has(ATTRIBUTE.procedure)) return;
  try {
    const text = attributes.text(ATTRIBUTE.header);
    attributes.assertTypes();
    if (text === undefined) throw malformed('The replyq attribute is missing.');
    frame.header = parseHeader(text, limits);
  } catch (error) {
    frame.malformed = reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof WireError ? error.message : 'The header cannot be read.';
}

/** Reads reserved attributes as own properties only; names may be anything, `__proto__` included. */
class Reserved {
  readonly #attributes: MessageAttributes;

  constructor(attributes: MessageAttributes) {
    this.#attributes = attributes;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#attributes, name);
  }

  /** The text of an attribute of DataType exactly `String`; undefined for any other. */
  text(name: string): string | undefined {
    const attribute = this.has(name) ? this.#attributes[name] : undefined;
    if (attribute?.type !== 'String' || typeof attribute.value !== 'string') return undefined;
    return attribute.value;
  }

  /** @throws WireError where a reserved attribute has another DataType. */
  assertTypes(): void {
    for (const name of RESERVED) {
      if (this.has(name) && this.text(name) === undefined) {
        throw malformed(`The attribute ${name} is not of type String.`);
      }
    }
  }

  others(): MessageAttributes {
    // Most messages have none; then no entries are made to throw them away.
    if (Object.keys(this.#attributes).every((name) => RESERVED.has(name))) return {};
    const entries = Object.entries(this.#attributes);
    return Object.fromEntries(entries.filter(([name]) => !RESERVED.has(name)));
  }
}
