import { once } from 'node:events';
import { startLocalSqs } from '@replyq/testing';
import { stopSignal } from './starter.ts';

/** A server to try the two parts with by hand. Not SQS, and gone with all its queues on Ctrl-C. */
const stop = stopSignal();
const server = await startLocalSqs({ port: Number(process.argv[2] ?? 0) });
const { accessKeyId, secretAccessKey } = server.credentials;
console.log(`In the other terminals:

export AWS_ENDPOINT_URL_SQS=${server.endpoint} AWS_REGION=${server.region}
export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
`);
if (!stop.aborted) await once(stop, 'abort');
await server.close();
