import { describe, expect, it } from 'vitest';
import type { FailureKind } from '@replyq/queue';
import { entryFailure, failureOf } from './sqs-error.ts';

const serviceError = (name: string, message = '', status = 400): unknown =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
const nodeError = (code: string, message = '', syscall?: string): unknown =>
  Object.assign(new Error(message), { code, ...(syscall !== undefined && { syscall }) });

const NO_CONNECTION =
  '@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of 3100 ms.';
const SILENT =
  '@smithy/node-http-handler - the request socket timed out after 900 ms of inactivity';

const CASES: readonly (readonly [what: string, error: unknown, kind: FailureKind])[] = [
  ['RequestThrottled', serviceError('RequestThrottled'), 'throttled'],
  ['ThrottlingException', serviceError('ThrottlingException'), 'throttled'],
  ['a throttling of KMS', serviceError('KmsThrottled'), 'throttled'],
  ['too many in flight', serviceError('OverLimit', '', 403), 'throttled'],
  ['429 without a code', serviceError('Unknown', '', 429), 'throttled'],
  ['a throttling that comes as 503', serviceError('Throttling', '', 503), 'throttled'],
  ['QueueDoesNotExist', serviceError('QueueDoesNotExist'), 'gone'],
  ["the query protocol's code", serviceError('AWS.SimpleQueueService.NonExistentQueue'), 'gone'],
  [
    "the query protocol's code in Code",
    Object.assign(new Error('x'), { Code: 'AWS.SimpleQueueService.NonExistentQueue' }),
    'gone',
  ],
  ['a namespaced code', serviceError('com.amazonaws.sqs#QueueDoesNotExist:http://x/'), 'gone'],
  ['AccessDenied', serviceError('AccessDenied', '', 403), 'denied'],
  ['AccessDeniedException', serviceError('AccessDeniedException'), 'denied'],
  ['InvalidClientTokenId', serviceError('InvalidClientTokenId', '', 403), 'credentials'],
  ['ExpiredToken', serviceError('ExpiredToken', '', 403), 'credentials'],
  ['SignatureDoesNotMatch', serviceError('SignatureDoesNotMatch', '', 403), 'credentials'],
  ['RequestTimeTooSkewed', serviceError('RequestTimeTooSkewed', '', 403), 'credentials'],
  ['a key that may not be used', serviceError('KmsAccessDenied'), 'denied'],
  ['a key that is disabled', serviceError('KmsDisabled'), 'denied'],
  ['403 without a code', serviceError('Unknown', '', 403), 'denied'],
  [
    'no credentials',
    Object.assign(new Error(), { name: 'CredentialsProviderError' }),
    'credentials',
  ],
  ['InvalidAttributeValue', serviceError('InvalidAttributeValue'), 'invalid'],
  ['InvalidMessageContents', serviceError('InvalidMessageContents'), 'invalid'],
  ['UnsupportedOperation', serviceError('UnsupportedOperation'), 'invalid'],
  ['400 without a code', serviceError('Unknown'), 'invalid'],
  ['no region', new Error('Region is missing'), 'invalid'],
  ['BatchRequestTooLong', serviceError('BatchRequestTooLong'), 'tooLarge'],
  [
    'a message that is too long, said in words',
    serviceError('InvalidParameterValue', 'Reason: Message must be shorter than 1024 bytes.'),
    'tooLarge',
  ],
  ['413', serviceError('Unknown', '', 413), 'tooLarge'],
  ['QueueDeletedRecently', serviceError('QueueDeletedRecently'), 'deletedRecently'],
  ['QueueNameExists', serviceError('QueueNameExists'), 'exists'],
  ['QueueAlreadyExists', serviceError('QueueAlreadyExists'), 'exists'],
  ['ReceiptHandleIsInvalid', serviceError('ReceiptHandleIsInvalid'), 'staleHandle'],
  ['MessageNotInflight', serviceError('MessageNotInflight'), 'staleHandle'],
  [
    'an old handle, said in words',
    serviceError(
      'InvalidParameterValue',
      'Value AQ for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
    ),
    'staleHandle',
  ],
  ['ECONNREFUSED', nodeError('ECONNREFUSED'), 'unreachable'],
  ['ENOTFOUND', nodeError('ENOTFOUND'), 'unreachable'],
  ['EAI_AGAIN', nodeError('EAI_AGAIN'), 'unreachable'],
  ['a connect that times out', nodeError('ETIMEDOUT', '', 'connect'), 'unreachable'],
  ['a connect that is reset', nodeError('ECONNRESET', '', 'connect'), 'unreachable'],
  ['a name that no resolver answers for', nodeError('ESERVFAIL', '', 'getaddrinfo'), 'unreachable'],
  ['a certificate of another host', nodeError('ERR_TLS_CERT_ALTNAME_INVALID'), 'unreachable'],
  ['an expired certificate', nodeError('CERT_HAS_EXPIRED'), 'unreachable'],
  [
    'a handshake that is cut',
    nodeError(
      'ECONNRESET',
      'Client network socket disconnected before secure TLS connection was established',
    ),
    'unreachable',
  ],
  [
    'no connection in time',
    Object.assign(new Error(NO_CONNECTION), { name: 'TimeoutError' }),
    'unreachable',
  ],
  [
    'all addresses refused',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'unreachable',
  ],
  ['a connection that breaks', nodeError('ECONNRESET', 'socket hang up'), 'unknown'],
  ['a TLS alert at any time', nodeError('EPROTO', 'bad record mac', 'write'), 'unknown'],
  ['EPIPE', nodeError('EPIPE'), 'unknown'],
  ['a timeout after the connect', nodeError('ETIMEDOUT', '', 'read'), 'unknown'],
  [
    'silence after the connect',
    Object.assign(new Error(SILENT), { name: 'TimeoutError' }),
    'unknown',
  ],
  ['500', serviceError('InternalError', '', 500), 'unknown'],
  ['503', serviceError('ServiceUnavailable', '', 503), 'unknown'],
  ['404 of something between', serviceError('Unknown', '', 404), 'unknown'],
  [
    '200 with nonsense',
    Object.assign(new SyntaxError('x'), { $metadata: { httpStatusCode: 200 } }),
    'unknown',
  ],
  ['a wrong MD5', new Error('Invalid MD5 checksum on messages: 1'), 'unknown'],
  [
    "an AbortError that is not our signal's",
    Object.assign(new Error(), { name: 'AbortError' }),
    'unknown',
  ],
  ['a thrown text', 'AccessDenied', 'unknown'],
  ['undefined', undefined, 'unknown'],
  ['null', null, 'unknown'],
  ['a text', 'ECONNREFUSED', 'unknown'],
  ['a name that is an object', { name: { toString: () => 'AccessDenied' } }, 'unknown'],
  ['a code that objects inherit', serviceError('constructor', '', 500), 'unknown'],
];

describe('failureOf', () => {
  it.each(CASES)('calls %s by its kind', (_what, error, kind) => {
    expect(failureOf(error).kind).toBe(kind);
  });

  it('never throws, whatever getters do', () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('gotcha');
      },
    });
    expect(failureOf(hostile)).toEqual({ kind: 'unknown', error: 'an error that cannot be read' });
  });

  it('tells people the name and the message', () => {
    expect(failureOf(serviceError('OverLimit', 'Too many')).error).toBe('OverLimit: Too many');
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(failureOf(refused).error).toBe('AggregateError: ECONNREFUSED');
    expect(failureOf('as a text').error).toBe('Error: as a text');
  });
});

describe('the text of a failure', () => {
  it('is one line, without control characters, of at most 500 characters', () => {
    const message = `a\r\nb\u001b[31m${'x'.repeat(1_000)}`;
    const { error } = failureOf(serviceError('OverLimit', message));
    expect(error).toMatch(/^OverLimit: a b \[31mx+$/);
    expect(error.length).toBeLessThanOrEqual(500);
    expect(entryFailure({ Code: 'X', Message: message }).error).toMatch(/^X: a b \[31mx+$/);
  });
});

describe('entryFailure', () => {
  it.each([
    [{ Code: 'ReceiptHandleIsInvalid', SenderFault: true }, 'staleHandle'],
    [{ Code: 'InvalidMessageContents', SenderFault: true }, 'invalid'],
    [{ Code: 'RequestThrottled', SenderFault: false }, 'throttled'],
    [{ Code: 'InternalError', SenderFault: false }, 'unknown'],
    [{ Code: 'SomethingNew', SenderFault: true }, 'invalid'],
    [{ Code: 'SomethingNew', SenderFault: false }, 'unknown'],
    [{}, 'unknown'],
    [
      {
        Code: 'InvalidParameterValue',
        SenderFault: true,
        Message: 'Message must be shorter than 262144 bytes.',
      },
      'tooLarge',
    ],
  ] as const)('of %o is %s', (entry, kind) => {
    expect(entryFailure(entry).kind).toBe(kind);
  });
});
