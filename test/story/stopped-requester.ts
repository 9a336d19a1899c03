// A requester as a process of its own that calls when it is told to: argv is endpoint and region.
import { createRequester } from '@replyq/requester';
import { sqsTransport } from '@replyq/sqs';
import { createInterface } from 'node:readline';
import { auth } from './auth-contract.ts';

const [endpoint = '', region = ''] = process.argv.slice(2);
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const transport = sqsTransport({
  clientConfig: { endpoint, region, credentials },
  replyQueue: { idleRetentionMs: 1000, sweep: false },
});
const requester = createRequester({ transport });

createInterface({ input: process.stdin }).on('line', (input) => {
  void (async () => {
    const answer = await requester
      .client(auth)
      .echo(input, { timeoutMs: 15_000 })
      .catch((error: unknown) => ({ failed: String(error) }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  })();
});
