import { DEFAULT_TASK_TIMEOUT_MS, type ProcedureType, type TrpcCode } from '@replyq/contract';
import type {
  ReplyAddressRule,
  ReplyRoute,
  ReplyRouter,
  RequestRefusal,
} from '@replyq/contract/transport';
import {
  decodeRequest,
  type BadRequestCode,
  type Content,
  type DecodedRequest,
  type DecodedRequestHeader,
  type WireFrame,
} from '@replyq/contract/wire';
import { familyOf, type Family } from './body-codec.ts';
import type { IncomingFrame } from './incoming.ts';
import type { ResolvedAnswererSettings } from './responder-options.ts';
import type { ForeignProcedure, Service, ServiceTable } from './service.ts';

/** Past this between encoding and sending, a request was redriven or sent again by hand. */
export const MAX_SEND_LAG_MS: number = 15 * 60_000;

export type Route = Extract<ReplyRoute, { readonly kind: 'route' }>;

/** A request that may run, if it is still in time. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly service: Service;
  readonly path: string;
  readonly type: ProcedureType;
  readonly header: Partial<DecodedRequestHeader>;
  readonly content: Content;
  readonly family: Family;
  readonly callId: string | undefined;
  /** Undefined: nobody waits for a reply. */
  readonly route: Route | undefined;
  /** A task is tried again until it succeeds, and its time counts from when it starts. Somebody may wait all the same. */
  readonly isTask: boolean;
  /** Of a task that runs though its result can go nowhere: what is wrong with its reply address. */
  readonly refusedAddress?: ReplyAddressRule;
  /** What was left of the caller's deadline when it was sent; of a task: how long one run may take. */
  readonly timeoutMs: number;
}

/** How admission ends otherwise. */
export type NotAdmitted =
  /** Tell the caller, then delete. */
  | {
      readonly kind: 'answer';
      readonly reason: RequestRefusal;
      readonly code: TrpcCode | BadRequestCode;
      /** For the caller; it may hold the caller's own text. */
      readonly message: string;
      /** For observers: no text of the caller's. */
      readonly detail: string;
      readonly route: Route;
      readonly family: Family;
      readonly timeoutMs: number;
    }
  /** Delete and count; there is nobody to tell. */
  | { readonly kind: 'drop'; readonly reason: RequestRefusal; readonly detail: string }
  /** Nobody waits, so it is not told but tried again, or kept with the dead letters. */
  | UnfitTask
  | { readonly kind: 'expired'; readonly path: string; readonly ageMs: number }
  | { readonly kind: 'foreign' };

/** A task that does not run here. */
export interface UnfitTask {
  readonly kind: 'unfitTask';
  readonly header: Partial<DecodedRequestHeader>;
  readonly reason: RequestRefusal;
  readonly code: TrpcCode;
  /** For observers and dead letters: no text of the producer's. */
  readonly detail: string;
  /** Whether another responder may run it: in the middle of a deployment, say. */
  readonly elsewhere: boolean;
}

export interface AdmissionOptions {
  readonly table: ServiceTable;
  readonly replies: ReplyRouter;
  readonly settings: ResolvedAnswererSettings;
}

/**
 * Decides on one frame without looking into its body, in this order: header, reply address,
 * deadline, procedure. A caller's bytes choose neither a host nor anything outside the services.
 */
export function admit(incoming: IncomingFrame, options: AdmissionOptions): Admitted | NotAdmitted {
  const { frame } = incoming;
  const { settings, table } = options;
  const request = decodeRequest(frame);
  if (request.kind === 'drop') {
    return {
      kind: 'drop',
      reason: request.reason === 'replyAddress' ? 'replyAddress' : 'notARequest',
      detail: request.reason,
    };
  }
  // Not ours, and nobody here answers it: its reply address is not ours to judge either.
  if (request.kind === 'foreign' && table.foreign === undefined) return { kind: 'foreign' };
  const answer = frame.replyTo === undefined ? undefined : options.replies.route(frame.replyTo);
  // A task is work to be done, whoever hears of it.
  const isWork = isAwaitedTask(request) || isUnreadableTask(request, frame);
  if (answer?.kind === 'refused' && !isWork) return refusedAddress(answer.rule);
  const route = answer?.kind === 'route' ? answer : undefined;
  if (request.kind === 'foreign' && table.foreign !== undefined) {
    return admitForeign(incoming, table.foreign, settings, route);
  }
  if (request.kind === 'foreign') return { kind: 'foreign' };
  if (request.kind === 'bad') {
    const isNew = request.code === 'UNSUPPORTED_VERSION';
    const isLarge = request.code === 'PAYLOAD_TOO_LARGE';
    const reason = isNew ? 'unsupportedVersion' : isLarge ? 'tooLarge' : 'malformed';
    // What does not even say that it is a task is nobody's.
    if (isUnreadableTask(request, frame)) {
      const code = isLarge ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
      return unfit({ header: {}, reason, code, detail: request.message, elsewhere: isNew });
    }
    return refuse({
      reason,
      code: request.code,
      message: request.message,
      route,
      family: 'plain',
      timeoutMs: settings.timeoutMs,
    });
  }
  const { header, procedure: path } = request;
  const { content, type } = header;
  if (route === undefined && type !== 'mutation') {
    return { kind: 'drop', reason: 'noReplyAddress', detail: `a ${type} that nobody waits for` };
  }
  const service = table.find(header.contract, path);
  const isTask = route === undefined || isAwaitedTask(request);
  const asked = isTask
    ? (service?.procedures?.get(path)?.settings.timeoutMs ??
      header.timeoutMs ??
      DEFAULT_TASK_TIMEOUT_MS)
    : (header.timeoutMs ?? settings.timeoutMs);
  const timeoutMs = Math.min(asked, settings.maxTimeoutMs);
  const knownType = service === undefined ? undefined : table.typeOf(service, path);
  const label = service === undefined ? 'unknown' : table.labelOf(service, path);
  const ageMs = incoming.ageMs();
  if (!isTask && isExpired(incoming, ageMs, header, timeoutMs))
    return { kind: 'expired', path: label, ageMs };
  const family = familyOf(content);
  const refusal = { route, family, timeoutMs };
  if (service === undefined || (knownType === undefined && !table.mayLoad(service, path))) {
    if (isTask) {
      const detail = 'No such procedure.';
      const reason = 'unknownProcedure';
      return unfit({ header, reason, code: 'NOT_FOUND', detail, elsewhere: true });
    }
    return refuse({
      ...refusal,
      reason: 'unknownProcedure',
      code: 'NOT_FOUND',
      message: `This responder has no procedure "${path}".`,
      detail: 'No such procedure.',
    });
  }
  if (knownType !== undefined && knownType !== type) {
    const message = `"${path}" is a ${knownType}, not a ${type}.`;
    if (isTask) {
      const code = 'METHOD_NOT_SUPPORTED';
      return unfit({ header, reason: 'wrongType', code, detail: message, elsewhere: true });
    }
    return refuse({ ...refusal, reason: 'wrongType', code: 'METHOD_NOT_SUPPORTED', message });
  }
  if (type === 'subscription') {
    const message = 'Subscriptions do not run over a queue yet.';
    return refuse({ ...refusal, reason: 'wrongType', code: 'NOT_IMPLEMENTED', message });
  }
  if (header.schedule !== undefined && (!isTask || settings.schedules === undefined)) {
    // Not understood, as any critical field is that is not known.
    const reason = 'unsupportedVersion';
    const message = 'A schedule key, of which this responder knows no store.';
    if (isTask) {
      return unfit({ header, reason, code: 'NOT_IMPLEMENTED', detail: message, elsewhere: true });
    }
    return refuse({ ...refusal, reason, code: 'UNSUPPORTED_VERSION', message });
  }
  const admitted: Admitted = {
    kind: 'admitted',
    service,
    path,
    type,
    header,
    content,
    family,
    callId: request.callId,
    route,
    isTask,
    timeoutMs,
  };
  return answer?.kind === 'refused' ? { ...admitted, refusedAddress: answer.rule } : admitted;
}

/** A task whose result somebody waits for. */
function isAwaitedTask(request: DecodedRequest): boolean {
  if (request.kind !== 'request') return false;
  return request.header.task !== undefined && request.header.type === 'mutation';
}

/** A task whose header cannot be read, or not yet: another worker may know it. */
function isUnreadableTask(request: DecodedRequest, { header }: WireFrame): boolean {
  return request.kind === 'bad' && typeof header?.['task'] === 'string';
}

/** A message that replyq has not written: run only if a procedure was declared for such. */
function admitForeign(
  incoming: IncomingFrame,
  foreign: ForeignProcedure,
  settings: ResolvedAnswererSettings,
  route: Route | undefined,
): Admitted | NotAdmitted {
  const { as, path, service, type } = foreign;
  const isTask = route === undefined;
  const timeoutMs = foreign.timeoutMs ?? (isTask ? DEFAULT_TASK_TIMEOUT_MS : settings.timeoutMs);
  if (route !== undefined && incoming.ageMs() >= timeoutMs)
    return { kind: 'expired', path, ageMs: incoming.ageMs() };
  return {
    kind: 'admitted',
    service,
    path,
    type,
    header: {},
    content: as,
    family: 'foreign',
    callId: route?.virtualQueue,
    route,
    isTask,
    timeoutMs,
  };
}

function isExpired(
  { sentAtMs }: IncomingFrame,
  ageMs: number,
  { at }: DecodedRequestHeader,
  timeoutMs: number,
): boolean {
  return ageMs >= timeoutMs || sentAtMs - at > timeoutMs + MAX_SEND_LAG_MS;
}

function unfit(task: Omit<UnfitTask, 'kind'>): UnfitTask {
  return { kind: 'unfitTask', ...task };
}

function refusedAddress(rule: ReplyAddressRule): NotAdmitted {
  return { kind: 'drop', reason: 'replyAddress', detail: rule };
}

function refuse(
  refusal: Omit<Extract<NotAdmitted, { readonly kind: 'answer' }>, 'kind' | 'route' | 'detail'> & {
    readonly route: Route | undefined;
    /** Default: the message, where that is all our own. */
    readonly detail?: string;
  },
): NotAdmitted {
  const { detail = refusal.message, reason, route } = refusal;
  return route === undefined
    ? { kind: 'drop', reason, detail }
    : { ...refusal, kind: 'answer', detail, route };
}
