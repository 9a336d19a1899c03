import type { HeaderRecord, WireFrame } from './frame.ts';
import { isCallId } from './call-id.ts';
import { isContent, type Content } from './content.ts';
import type { Mutable } from './mutable.ts';
import { isProcedurePath } from './procedure-path.ts';
import { splitReplyAddress } from './reply-address.ts';
import { readMetadata } from './metadata.ts';
import { assertBodySize } from './strict-json.ts';
import { readScheduleMark, SCHEDULE_FIELD, type ScheduleMark } from './schedule-mark.ts';
import { isSpokenVersion } from './version.ts';
import { malformed, WireError } from './wire-error.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

export type ProcedureType = 'query' | 'mutation' | 'subscription';

export interface RequestHeader {
  readonly v: 1;
  readonly type: ProcedureType;
  /** The contract's name; absent for a plain router. */
  readonly contract?: string;
  /** What was left of the caller's deadline when this attempt was encoded, milliseconds. */
  readonly timeoutMs: number;
  /** The caller's wall clock at the same moment, epoch milliseconds. */
  readonly at: number;
  /** Idempotency key: 1–255 printable ASCII characters. */
  readonly key?: string;
  /** The id of an earlier call whose outcome is not known, and which this one is once more. */
  readonly repeats?: string;
  readonly content: Content;
  /** A task's id, the same for all its copies. Absent: a call, or a task of no name. */
  readonly task?: string;
  /** A task does not run before: epoch milliseconds. */
  readonly due?: number;
  /** Tasks of one procedure and queue that have the same are one task: as {@link key}. */
  readonly dedup?: string;
  /** Whoever enqueued the task wants to know how far it is. */
  readonly progress?: true;
  /** Of a task that can be replaced or cancelled. Written as `!schedule`, so that who does not know it does not run the task. */
  readonly schedule?: ScheduleMark;
  /** 2 and more: how often the responder side has sent this frame on. Absent: 1. */
  readonly try?: number;
  /** The caller's metadata. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** A request's header as a peer sent it: it may leave the timeout to the responder. */
export type DecodedRequestHeader = Omit<RequestHeader, 'timeoutMs'> & {
  readonly timeoutMs?: number;
};

export type DecodedRequest =
  | {
      readonly kind: 'request';
      readonly header: DecodedRequestHeader;
      /** Fits the grammar of paths; whether there is such a procedure is not known here. */
      readonly procedure: string;
      /** As `header.content` says; not decoded. */
      readonly body: string;
      /** Absent: no reply is wanted, or the reply address is a queue itself. */
      readonly callId?: string;
    }
  /** Not written by replyq. */
  | { readonly kind: 'foreign' }
  /** Answer with this code; do not run. */
  | { readonly kind: 'bad'; readonly code: BadRequestCode; readonly message: string }
  /** Delete, count, do not answer. `replyAddress`: the id in it is none. */
  | { readonly kind: 'drop'; readonly reason: 'notARequest' | 'replyAddress' };

export type BadRequestCode = 'BAD_REQUEST' | 'UNSUPPORTED_VERSION' | 'PAYLOAD_TOO_LARGE';

const TYPES: ReadonlySet<unknown> = new Set(['query', 'mutation', 'subscription']);
const KEY = /^[\x20-\x7e]{1,255}$/;
const MAX_CONTRACT_CHARS = 256;

/**
 * A header ready to be written.
 *
 * @throws WireError where the metadata or the key pass what a receiver takes.
 */
export function encodeRequestHeader(header: DecodedRequestHeader): HeaderRecord {
  if (header.meta !== undefined) readMetadata(header.meta, defaultWireLimits);
  readKey('key', header.key);
  readKey('dedup', header.dedup);
  const { schedule, ...fields } = header;
  return schedule === undefined ? fields : { ...fields, [SCHEDULE_FIELD]: schedule };
}

/** What a frame on a request queue is. Never throws; the body is not decoded. */
export function decodeRequest(
  frame: WireFrame,
  limits: WireLimits = defaultWireLimits,
): DecodedRequest {
  const { header, procedure, replyTo } = frame;
  if (frame.virtualQueue !== undefined || (header && Object.hasOwn(header, 'kind'))) {
    return { kind: 'drop', reason: 'notARequest' };
  }
  if (header === undefined && frame.malformed === undefined && procedure === undefined) {
    return { kind: 'foreign' };
  }
  const callId = replyTo === undefined ? undefined : splitReplyAddress(replyTo).virtualQueue;
  if (callId !== undefined && !isCallId(callId)) return { kind: 'drop', reason: 'replyAddress' };
  if (frame.malformed !== undefined) return bad('BAD_REQUEST', frame.malformed);
  if (header === undefined) return bad('BAD_REQUEST', 'The replyq header is missing.');
  if (!isSpokenVersion(header, SCHEDULE_FIELD)) {
    return bad('UNSUPPORTED_VERSION', 'A version or a critical header that is not known here.');
  }
  if (procedure === undefined || !isProcedurePath(procedure)) {
    return bad('BAD_REQUEST', 'Not a procedure path.');
  }
  try {
    assertBodySize(frame.body, limits.maxBodyBytes);
    const fields = readFields(header, limits);
    const request = { kind: 'request', header: fields, procedure, body: frame.body } as const;
    return callId === undefined ? request : { ...request, callId };
  } catch (error) {
    const isTooLarge = error instanceof WireError && error.reason === 'tooLarge';
    const message = error instanceof WireError ? error.message : 'The header cannot be read.';
    return bad(isTooLarge ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST', message);
  }
}

function bad(code: BadRequestCode, message: string): DecodedRequest {
  return { kind: 'bad', code, message };
}

function readFields(header: HeaderRecord, limits: WireLimits): DecodedRequestHeader {
  const { type, contract, timeoutMs, at, key, repeats, meta, task, due, dedup } = header;
  const { content = 'text', progress, try: attempt } = header;
  if (!isProcedureType(type)) throw malformed('Not a type of procedure.');
  if (!isContent(content)) throw malformed('Not a content that is known here.');
  if (!isCount(at, 0)) throw malformed('at is not a time in milliseconds.');
  if (timeoutMs !== undefined && !isCount(timeoutMs, 1)) {
    throw malformed('timeoutMs is not a number of milliseconds.');
  }
  if (attempt !== undefined && !isCount(attempt, 1)) throw malformed('try is not a count.');
  const repeated = readId('repeats', repeats);
  const taskId = readId('task', task);
  if (due !== undefined && !isCount(due, 0)) throw malformed('due is not a time in milliseconds.');
  const contractName = readContract(contract);
  const idempotencyKey = readKey('key', key);
  const deduplicationId = readKey('dedup', dedup);
  const schedule = readScheduleMark(header);
  const fields: Mutable<DecodedRequestHeader> = { v: 1, type, at, content };
  if (contractName !== undefined) fields.contract = contractName;
  if (timeoutMs !== undefined) fields.timeoutMs = timeoutMs;
  if (idempotencyKey !== undefined) fields.key = idempotencyKey;
  if (repeated !== undefined) fields.repeats = repeated;
  if (taskId !== undefined) fields.task = taskId;
  if (due !== undefined) fields.due = due;
  if (deduplicationId !== undefined) fields.dedup = deduplicationId;
  if (progress === true) fields.progress = true;
  if (schedule !== undefined) fields.schedule = schedule;
  if (attempt !== undefined) fields.try = attempt;
  if (meta !== undefined) fields.meta = readMetadata(meta, limits);
  return fields;
}

function isProcedureType(type: unknown): type is ProcedureType {
  return TYPES.has(type);
}

function isCount(value: unknown, min: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

function readContract(contract: unknown): string | undefined {
  if (contract === undefined) return undefined;
  if (typeof contract === 'string' && contract.length <= MAX_CONTRACT_CHARS) return contract;
  throw malformed('Not a contract name.');
}

function readId(name: string, id: unknown): string | undefined {
  if (id === undefined) return undefined;
  if (typeof id === 'string' && isCallId(id)) return id;
  throw malformed(`${name} is not an id.`);
}

function readKey(name: string, key: unknown): string | undefined {
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw malformed(`${name} is not a key of 1 to 255 printable ASCII characters.`);
}
