import type * as Fauxqs from 'fauxqs';

type App = ReturnType<typeof Fauxqs.buildApp>;

/** Marks the server's own requests, which are nobody's and not counted. */
export const OWN_REQUEST = 'x-replyq-own-request';

const RECEIVE = 'AmazonSQS.ReceiveMessage';
const CHANGE_VISIBILITY = 'AmazonSQS.ChangeMessageVisibilityBatch';

/**
 * The emulator goes on with the long poll of a client that has gone, and hides the next message for
 * its whole visibility timeout. SQS ends such a poll. So what a receive took for a client that is
 * not there any more is made visible again at once; only its receive count tells.
 */
export function giveBackUndelivered(app: App): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    // Node ends its side of a connection as soon as the client has ended the other.
    const { socket } = request.raw;
    const gone = socket.destroyed || socket.writableEnded;
    if (!gone || request.headers['x-amz-target'] !== RECEIVE || typeof payload !== 'string') {
      return payload;
    }
    const taken = readJson<{ Messages?: readonly { ReceiptHandle: string }[] }>(payload).Messages;
    if (taken === undefined || taken.length === 0) return payload;
    const { QueueUrl } = readJson<{ QueueUrl: string }>(request.body);
    const { authorization = '' } = request.headers;
    await app.inject({
      method: 'POST',
      url: '/',
      headers: {
        authorization,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': CHANGE_VISIBILITY,
        [OWN_REQUEST]: '1',
      },
      payload: JSON.stringify({
        QueueUrl,
        Entries: taken.map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    });
    return payload;
  });
}

/** A body as the emulator has it: text, or parsed already. */
function readJson<T extends object>(body: unknown): Partial<T> & T {
  const value: unknown = typeof body === 'string' ? JSON.parse(body) : body;
  return value as Partial<T> & T;
}
