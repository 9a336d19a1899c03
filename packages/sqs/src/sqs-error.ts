import type { Failure, FailureKind } from '@replyq/queue';

// The one place where what the SDK, the network or the service says becomes a `Failure`. The rule
// behind every line: a kind that promises "no effect" is given only where that is certain.

/** By error code, as in `__type`, `x-amzn-query-error` or a batch entry's `Code`. */
const KIND_BY_CODE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries({
    // Refused for its rate, before anything was done: SQS's own, AWS's general ones, KMS's.
    throttled: [
      'RequestThrottled',
      'RequestThrottledException',
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'LimitExceededException',
      'BandwidthLimitExceeded',
      'SlowDown',
      'OverLimit',
      'KmsThrottled',
      'PurgeQueueInProgress',
    ],
    // There is no such queue, or (SQS does not tell) none that this principal may see.
    gone: ['QueueDoesNotExist', 'NonExistentQueue', 'ResourceNotFoundException'],
    // Somebody has to change a policy or a key.
    denied: [
      'AccessDenied',
      'AccessDeniedException',
      'AuthFailure',
      'InvalidSecurity',
      'UnauthorizedOperation',
      'NotAuthorized',
      'OptInRequired',
      'KmsAccessDenied',
      'KmsDisabled',
      'KmsInvalidKeyUsage',
      'KmsInvalidState',
      'KmsNotFound',
      'KmsOptInRequired',
    ],
    // Who signs, or when: the SDK corrects its clock and gets new credentials by itself.
    credentials: [
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'ExpiredToken',
      'ExpiredTokenException',
      'RequestExpired',
      'RequestTimeTooSkewed',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'IncompleteSignature',
      'IncompleteSignatureException',
      // Of the SDK, before a request is made: no credentials, or none that still hold.
      'CredentialsProviderError',
      'TokenProviderError',
      'ProviderError',
    ],
    // The request itself is wrong; the same one will be refused again.
    invalid: [
      'InvalidParameterValue',
      'InvalidParameterValueException',
      'InvalidParameterCombination',
      'InvalidParameterException',
      'InvalidAttributeName',
      'InvalidAttributeValue',
      'InvalidMessageContents',
      'InvalidAddress',
      'InvalidAction',
      'InvalidQueryParameter',
      'MissingAction',
      'MissingParameter',
      'MissingRequiredParameterException',
      'MalformedQueryString',
      'SerializationException',
      'UnknownOperationException',
      'UnsupportedOperation',
      'ValidationError',
      'ValidationException',
      'EmptyBatchRequest',
      'TooManyEntriesInBatchRequest',
      'BatchEntryIdsNotDistinct',
      'InvalidBatchEntryId',
      // Of the SDK, before a request is made: no region, or settings that exclude each other.
      'EndpointError',
    ],
    tooLarge: ['BatchRequestTooLong', 'RequestEntityTooLarge', 'RequestTooLarge'],
    // Wait 60 s, or take another name.
    deletedRecently: ['QueueDeletedRecently'],
    exists: ['QueueNameExists', 'QueueAlreadyExists'],
    // The message was deleted, is visible again, or was received once more.
    staleHandle: ['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidIdFormat'],
    // Said by the service after it had begun: who knows how far it came.
    unknown: [
      'InternalError',
      'InternalFailure',
      'InternalServerError',
      'InternalServerException',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      'RequestTimeout',
    ],
  } satisfies Partial<Record<FailureKind, readonly string[]>>).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind as FailureKind]),
  ),
);

/** Node's errors that come before the first byte of a request is written. Everything else may be after. */
const NOT_SENT: ReadonlySet<string> = new Set([
  // No connection: nobody listens, no route, no name, no local port or descriptor for it.
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ERR_INVALID_URL',
  // TLS: the other side is not who it should be, so nothing was said to it.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
]);

/** Characters of a failure's text: room for what SQS says, none for a proxy's whole page. */
const MAX_ERROR_LENGTH = 500;

/** Texts that decide where a code does not. */
const TOO_LARGE = /message must be shorter than|message too long/i;
const STALE_HANDLE = /receipt ?handle|not available for visibility timeout change/i;
const NOT_CONNECTED =
  /establish(?:ing)? a connection|before secure TLS connection was established|wrong version number|handshake failure/;
/** What Node was doing when it failed; a request is written after both. */
const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);
const NO_REGION = /^Region is missing/;

/** The kind of whatever an SDK call rejected with. Never throws, whatever the value's getters do. */
export function failureOf(error: unknown): Failure {
  try {
    const fields = fieldsOf(error);
    return { kind: kindOf(fields), error: describe(fields) };
  } catch {
    return { kind: 'unknown', error: 'an error that cannot be read' };
  }
}

/** A text is taken for the message that it would have had. */
function fieldsOf(error: unknown): ErrorFields {
  if (typeof error === 'string') return { message: error };
  return typeof error === 'object' && error !== null ? error : {};
}

/** The kind of one `Failed` entry of a batch's answer. The service names each with a code. */
export function entryFailure(entry: {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}): Failure {
  const { Code = 'Unknown', Message } = entry;
  const error = printable(Message === undefined ? Code : `${Code}: ${Message}`);
  const kind = kindOfCode(Code, Message ?? '');
  // Without a known code, "your fault" still says that the service refused it.
  return { kind: kind ?? (entry.SenderFault === true ? 'invalid' : 'unknown'), error };
}

interface ErrorFields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

function kindOf(error: ErrorFields): FailureKind {
  const message = text(error.message);
  const byCode = kindOfCode(text(error.name), message) ?? kindOfCode(text(error.Code), message);
  if (byCode !== undefined) return byCode;
  const status = error.$metadata?.httpStatusCode;
  if (typeof status === 'number') return kindOfStatus(status);
  return kindOfNetworkError(text(error.code), text(error.syscall), message);
}

/** `com.amazonaws.sqs#X`, `AWS.SimpleQueueService.X` and `X:http://…` are all X. */
function kindOfCode(spelled: string, message: string): FailureKind | undefined {
  const code = spelled.replace(/^.*#|:.*$/g, '').replace(/^AWS\.SimpleQueueService\./, '');
  const kind = KIND_BY_CODE.get(code);
  if (kind !== 'invalid') return kind;
  if (TOO_LARGE.test(message)) return 'tooLarge';
  return STALE_HANDLE.test(message) ? 'staleHandle' : kind;
}

/** For an answer without a code that we know. */
function kindOfStatus(status: number): FailureKind {
  switch (status) {
    case 400:
      return 'invalid';
    case 401:
    case 403:
    case 407:
      return 'denied';
    case 413:
      return 'tooLarge';
    case 429:
      return 'throttled';
    default:
      // 5xx, a 200 whose body is nonsense, or a proxy's opinion: perhaps done.
      return 'unknown';
  }
}

function kindOfNetworkError(code: string, syscall: string, message: string): FailureKind {
  if (NOT_SENT.has(code) || CONNECTING.has(syscall)) return 'unreachable';
  if (NOT_CONNECTED.test(message)) return 'unreachable';
  if (NO_REGION.test(message)) return 'invalid';
  // ECONNRESET, EPIPE, timeouts after the connect, a wrong MD5, a bug: perhaps done.
  return 'unknown';
}

function describe(error: ErrorFields): string {
  const name = text(error.name) || 'Error';
  const code = text(error.code);
  // An AggregateError of several failed addresses has a code and no message.
  return printable(`${name}: ${text(error.message) || code || 'no message'}`);
}

/** Fit for one line of a log, whoever wrote it. */
function printable(foreign: string): string {
  return foreign.slice(0, MAX_ERROR_LENGTH).replace(/\p{Cc}+/gu, ' ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
