// Prints what each row costs to decode, in CPU milliseconds: node test/bad-input/timing.mts
import {
  decodeErrorBody,
  decodeReply,
  decodeRequest,
  decodeTrpc,
  decodeValue,
  readMessage,
  type Content,
} from '@replyq/contract/wire';
import superjson from 'superjson';
import { cases, type Case } from './catalogue.ts';
import { rowMessage } from './row-message.ts';

const RUNS = 5;
const SHOWN = 15;
const GOAL_MS = 100;

type Way = 'request' | 'reply';

function messageOf(row: Case, way: Way, content: string) {
  const common = { v: 1, content, at: 1, timeoutMs: 20_000 };
  const header = { ...common, ...(way === 'request' ? { type: 'query' } : { kind: 'result' }) };
  const address =
    way === 'request' ? { procedure: 'echo', replyTo: '{reply}#{id}' } : { virtualQueue: '{id}' };
  const tokens = {
    reply: 'https://sqs.eu-west-1.amazonaws.com/123456789012/r',
    id: 'id',
    now: '1',
  };
  return rowMessage(row.message, { header, ...address, body: '{}', tokens });
}

/** All that is done with a message before a handler or a caller gets it. */
function decode(message: ReturnType<typeof messageOf>, way: Way): void {
  for (const frame of readMessage(message)) {
    const read = way === 'request' ? decodeRequest(frame) : decodeReply(frame);
    if (read.kind === 'request') input(read.header.content, read.body, way);
    if (read.kind === 'reply') {
      const value = input(read.header.content, read.body, way);
      if (read.header.kind === 'error') decodeErrorBody(value);
    }
  }
}

function input(content: Content, body: string, direction: Way): unknown {
  if (content === 'text') return body;
  try {
    if (content !== 'trpc') return decodeValue(content, body, { direction });
    return superjson.deserialize(decodeTrpc(body, { direction }) as never);
  } catch {
    return undefined;
  }
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1000;
}

const WAYS: Readonly<Record<Case['side'], readonly (readonly [Way, string])[]>> = {
  responder: [['request', 'json']],
  requester: [['reply', 'json']],
  both: [
    ['request', 'superjson'],
    ['request', 'trpc'],
    ['reply', 'superjson'],
    ['reply', 'trpc'],
  ],
};

const results = cases
  .flatMap((row) =>
    WAYS[row.side].map(([way, content]) => {
      const message = messageOf(row, way, content);
      const times = Array.from({ length: RUNS }, () => cpuMs(() => decode(message, way)));
      const sorted = times.toSorted((a, b) => a - b);
      const what = `${row.id} ${row.name} (${way}, ${content})`;
      return { what, medianMs: sorted[RUNS >> 1] ?? 0, worstMs: sorted.at(-1) ?? 0 };
    }),
  )
  .toSorted((a, b) => b.medianMs - a.medianMs);

console.log(`${results.length} decodings, CPU ms: median and worst of ${RUNS}`);
for (const { medianMs, what, worstMs } of results.slice(0, SHOWN))
  console.log(`${medianMs.toFixed(1).padStart(7)} ${worstMs.toFixed(1).padStart(7)}  ${what}`);
const over = results.filter(({ worstMs }) => worstMs > GOAL_MS).length;
console.log(`${over} of them past ${GOAL_MS} ms at worst`);
