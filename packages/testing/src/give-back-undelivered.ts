import type * as Fauxqs from 'fauxqs';
import { isGone, readJson, RECEIVE } from './local-sqs-gone-clients.ts';

type App = ReturnType<typeof Fauxqs.buildApp>;

/** Marks the server's own requests, which are nobody's and not counted. */
export const OWN_REQUEST = 'x-replyq-own-request';

const CHANGE_VISIBILITY = 'AmazonSQS.ChangeMessageVisibilityBatch';

/**
 * What a receive took for a client that went in the same moment is made visible again at once, instead of being
 * hidden for its whole visibility timeout; only its receive count tells.
 */
export function giveBackUndelivered(app: App): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const gone = isGone(request.raw.socket);
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
