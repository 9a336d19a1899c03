import { RpcError, type RpcErrorOptions } from '@replyq/contract';
import {
  ATTRIBUTE,
  isSqsText,
  type MessageAttribute,
  type MessageAttributes,
} from '@replyq/contract/wire';
import { kindOf } from './option-types.ts';

/** What one call may say besides its input. */
export interface CallOptions {
  /** How long to wait for the reply. Default: the procedure's, else the requester's. */
  readonly timeoutMs?: number;
  /** Aborting it ends the wait at once; a request that has left may still run. */
  readonly signal?: AbortSignal;
  /** FIFO queues: the ordering group (default: none shared). Standard queues: the tenant, for fair queues. */
  readonly groupId?: string;
  /** Given to the handler: string values, 8 KiB in all. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Real SQS message attributes; six fit beside replyq's own. A string is a `String` attribute. */
  readonly attributes?: Readonly<Record<string, string | MessageAttribute>>;
  /** The same key for the same intended effect, over all attempts: 1 to 255 printable ASCII characters. */
  readonly idempotencyKey?: string;
  /** True: the remaining time of the call that is being served does not shorten this one. */
  readonly detached?: boolean;
}

/** Message attributes that are left to the user beside `ResponseQueueUrl`, `replyq`, `replyq.procedure` and `traceparent`. */
const MAX_USER_ATTRIBUTES = 6;
const RESERVED: ReadonlySet<string> = new Set(Object.values(ATTRIBUTE));
const ATTRIBUTE_NAME = /^(?!\.|.*\.\.|.*\.$|aws\.|amazon\.)[a-z0-9_.-]{1,256}$/i;
const PRINTABLE_ASCII = /^[\x21-\x7e]{1,255}$/;
const GROUP_ID = /^[\x21-\x7e]{1,128}$/;

/** The call whose options are looked at, for its errors. */
export type CallAbout = Required<Pick<RpcErrorOptions, 'procedure' | 'queue' | 'attempt'>>;

/** Throws an `RpcError` BAD_REQUEST that names the option and quotes its bounds. Nothing was sent. */
export function assertCallOptions(
  options: CallOptions,
  maxTimeoutMs: number,
  about: CallAbout,
): void {
  const { timeoutMs, groupId, idempotencyKey } = options;
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= maxTimeoutMs)) {
    const bounds = `expected more than 0 and at most ${maxTimeoutMs}`;
    throw refused(about, `timeoutMs is ${timeoutMs}: ${bounds}.`);
  }
  if (groupId !== undefined && !isText(groupId, GROUP_ID)) {
    throw refused(about, 'groupId: expected 1 to 128 printable ASCII characters without blanks.');
  }
  if (idempotencyKey !== undefined && !isText(idempotencyKey, PRINTABLE_ASCII)) {
    throw refused(
      about,
      'idempotencyKey: expected 1 to 255 printable ASCII characters without blanks.',
    );
  }
}

/** A pattern takes the text of anything: callers without types may give a number. */
export function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

/** The user's attributes in wire form. Throws like {@link assertCallOptions}. */
export function userAttributes(
  attributes: CallOptions['attributes'],
  about: CallAbout,
): MessageAttributes {
  if (attributes === undefined) return NO_ATTRIBUTES;
  if (typeof attributes !== 'object' || attributes === null) {
    throw refused(about, `attributes is ${kindOf(attributes)}: expected an object.`);
  }
  const entries = Object.entries(attributes);
  if (entries.length > MAX_USER_ATTRIBUTES) {
    throw refused(
      about,
      `attributes has ${entries.length} entries: expected at most ${MAX_USER_ATTRIBUTES}.`,
    );
  }
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (RESERVED.has(name) || !ATTRIBUTE_NAME.test(name)) {
        throw refused(
          about,
          `attributes: "${name.slice(0, 80)}" is reserved or not a name that SQS takes.`,
        );
      }
      const attribute = typeof value === 'string' ? { type: 'String', value } : value;
      if (!isAttribute(attribute)) {
        throw refused(about, `attributes: "${name}" is neither a text nor { type, value }.`);
      }
      if (attribute.value.length === 0) {
        throw refused(about, `attributes: "${name}" is empty, which SQS refuses.`);
      }
      if (typeof attribute.value === 'string' && !isSqsText(attribute.value)) {
        throw refused(about, `attributes: "${name}" has characters that SQS refuses.`);
      }
      return [name, attribute];
    }),
  );
}

const NO_ATTRIBUTES: MessageAttributes = {};

/** Callers without types may give anything. */
function isAttribute(value: unknown): value is MessageAttribute {
  if (typeof value !== 'object' || value === null) return false;
  const { type, value: content } = value as Partial<MessageAttribute>;
  return typeof type === 'string' && (typeof content === 'string' || content instanceof Uint8Array);
}

function refused({ attempt, procedure, queue }: CallAbout, message: string): RpcError {
  return new RpcError({ code: 'BAD_REQUEST', procedure, queue, attempt, message });
}
