// Calls per second and API requests per call, over memory and over a local SQS server, all in one
// process. A first look, not a benchmark: requests are counted exactly, times are what this machine
// happens to give while requester, responder and server share it.
import { parseArgs } from 'node:util';
import { defineContract, query } from '@replyq/contract';
import type { ReplyqEvent, Transport } from '@replyq/contract/transport';
import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { sqsTransport } from '@replyq/sqs';
import { startLocalSqs } from '@replyq/testing';
import { z } from 'zod';

const { values: options } = parseArgs({
  options: {
    callers: { type: 'string', default: '1,64,256' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const contract = defineContract('bench', {
  echo: query({
    input: z.object({ nonce: z.number(), text: z.string() }),
    output: z.object({ nonce: z.number() }),
  }),
});
const text = 'x'.repeat(400);

interface Row {
  readonly transport: string;
  readonly callers: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerCall: number;
}

/** `callers` closed loops for `seconds`; every reply is checked against its call. */
async function measure(
  name: string,
  transport: Transport,
  requests: () => number,
  callers: number,
  seconds: number,
): Promise<Row> {
  await using responder = createResponder({
    transport,
    contract,
    create: true,
    concurrency: 256,
    handlers: { echo: ({ input }) => ({ nonce: input.nonce }) },
  });
  await responder.start();
  await using requester = createRequester({ transport });
  const client = requester.client(contract);
  for (let nonce = 0; nonce < 50; nonce += 1) await client.echo({ nonce, text });

  const latencies: number[] = [];
  const requestsBefore = requests();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  let nonce = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const mine = (nonce += 1);
      const sentMs = performance.now();
      const reply = await client.echo({ nonce: mine, text });
      if (reply.nonce !== mine) throw new Error(`The reply to ${mine} is that to ${reply.nonce}.`);
      latencies.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, loop));
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return {
    transport: name,
    callers,
    callsPerSecond: Math.round(sorted.length / elapsedSeconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    requestsPerCall: round((requests() - requestsBefore) / sorted.length),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

if (options.help) {
  console.log('npm run bench -- [--callers 1,64,256] [--seconds 3] [--json]');
} else {
  const rows: Row[] = [];
  for (const callers of options.callers.split(',').map(Number)) {
    await using local = await startLocalSqs();
    for (const name of ['memory', 'sqs'] as const) {
      let count = 0;
      const observer = (event: ReplyqEvent): void => {
        if (event.kind === 'apiRequest') count += 1;
      };
      const transport =
        name === 'memory'
          ? memoryTransport({ observer })
          : sqsTransport({ clientConfig: local.clientConfig, observer });
      rows.push(await measure(name, transport, () => count, callers, Number(options.seconds)));
      await transport.close();
    }
  }
  if (options.json) console.log(JSON.stringify(rows));
  else console.table(rows);
}
