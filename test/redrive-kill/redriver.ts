/**
 * A process that redrives until it is killed: writes `moved <n>` after each batch, and `done <report>` at
 * the end. Arguments: the server's endpoint, the queue.
 */
import { createLeanSqsService } from '@replyq/sqs/lean';
import { deadLetters } from '@replyq/tasks';
import { HIDDEN_MS } from './settings.ts';

const [endpoint = '', queue = ''] = process.argv.slice(2);
const service = createLeanSqsService({
  clientConfig: {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  },
});
const report = await deadLetters(service, queue, { visibilityMs: HIDDEN_MS }).redrive({
  onProgress: ({ moved }) => process.stdout.write(`moved ${moved}\n`),
});
process.stdout.write(`done ${JSON.stringify(report)}\n`);
await service.close();
