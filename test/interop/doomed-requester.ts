// A replyq requester that has made its reply queue and then waits to be killed. Argument: settings in JSON.
import { createRequester } from '@replyq/requester';
import { sqsTransport, type SqsTransportOptions } from '@replyq/sqs';

const [settings = ''] = process.argv.slice(2);
const requester = createRequester({
  transport: sqsTransport(JSON.parse(settings) as SqsTransportOptions),
});
const readiness = await requester.ready();
if (readiness.kind !== 'ready') throw new Error(JSON.stringify(readiness));
console.log(requester.clientId);
// It ends with its starter, killed or not.
process.stdin.on('end', () => process.exit(1)).resume();
