import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireFrame } from './frame.ts';
import { formatHeader } from './header-json.ts';
import { isTextual } from './pack-frame.ts';
import { PackFrameWriter } from './pack-frame-writer.ts';
import { packKey } from './pack-key.ts';
import { writePack } from './pack.ts';
import { packedBytes, packLeadBytes } from './packed-bytes.ts';
import { formatReplyAddress } from './reply-address.ts';

const HOST =
  'http://sqs.us-east-1.localhost:4566/000000000000/__RequesterClientQueues__abcdefghijklmnop-0';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const unit = fc.constantFrom(...Array.from('ab"\\/ \n\0\x7fé€\uFFFE\u{1F600}\u2028'), '\uD800');
const text = fc.string({ unit });
const value = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom<unknown>(undefined, null, -0, Number.NaN, 1e21, 1_795_288_080_167),
  fc.constantFrom<unknown>(() => 1, Symbol('x')),
  fc.jsonValue({ maxDepth: 2 }),
);
const key = fc.oneof(
  fc.constantFrom('v', 'timeoutMs', 'meta', 'content', 'kind', 'toString'),
  text,
);
const header = fc
  .tuple(fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true }), fc.boolean())
  .map(([fields, isJson]) => (isJson ? { ...fields, content: 'json' } : fields));
const host = fc.oneof(
  fc.constant(HOST),
  text.map((more) => `${HOST}${more}`),
  text.map((more) => `${HOST}${more.repeat(200)}`),
);
const body = fc.string({ unit: unit.filter((char) => char !== '\n') });
const frame = fc.record({
  header,
  body,
  procedure: fc.constantFrom('login', 'user.byId'),
  traced: fc.boolean(),
  id: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
});
const packs = fc
  .tuple(fc.constantFrom('request', 'task', 'reply'), host, fc.array(frame, { minLength: 1 }))
  .map(([kind, url, all]) =>
    all.map(({ id, procedure, traced, ...rest }): WireFrame => {
      const common = { ...rest, ...(traced && { traceparent }), attributes: {} };
      if (kind === 'reply') return { ...common, virtualQueue: id };
      if (kind === 'task') return { ...common, procedure };
      return { ...common, procedure, replyTo: formatReplyAddress(url.replaceAll('#', ''), id) };
    }),
  );

describe('a line put together from its fields', () => {
  it('says what the object says as JSON', () => {
    fc.assert(
      fc.property(packs, fc.subarray(['v', 'meta', 'kind']), (frames, keys) => {
        const sharedHeader = Object.fromEntries(keys.map((name) => [name, 1]));
        const writer = new PackFrameWriter({
          header: sharedHeader,
          procedure: undefined,
          traceparent: undefined,
        });
        for (const one of frames) expect(writer.write(one)).toBe(writeAsObject(one, keys));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('packedBytes', () => {
  it('is never less than what the frames take in a pack', () => {
    fc.assert(
      fc.property(packs, (frames) => {
        fc.pre(frames.every((one) => packKey(one) === packKey(frames[0]!)));
        const most = frames.reduce((sum, one) => sum + packedBytes(one), packLeadBytes);
        expect(Buffer.byteLength(writePack(frames).body)).toBeLessThanOrEqual(most);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is less than 1.3 times what frames of 400 bytes take', () => {
    const content = 'json';
    const callId = (at: number): string => `abcdefghijklmnop${String(at).padStart(22, '0')}`;
    const count = 32;
    const requests = Array.from({ length: count }, (_, at): WireFrame => ({
      replyTo: formatReplyAddress(HOST, callId(at)),
      procedure: 'login',
      header: { v: 1, type: 'mutation', contract: 'auth', timeoutMs: 20_000 - at, at: 1, content },
      body: JSON.stringify('é"'.repeat(100)),
      attributes: {},
    }));
    const replies = Array.from({ length: count }, (_, at): WireFrame => ({
      virtualQueue: callId(at),
      header: { v: 1, kind: 'result', content, packs: 32 },
      body: JSON.stringify('x'.repeat(398)),
      attributes: {},
    }));
    for (const frames of [requests, replies]) {
      const most = frames.reduce((sum, one) => sum + packedBytes(one), packLeadBytes);
      expect(most / Buffer.byteLength(writePack(frames).body)).toBeLessThan(1.3);
    }
  });
});

function writeAsObject(one: WireFrame, shared: readonly string[]): string {
  const id = one.virtualQueue ?? one.replyTo?.slice(one.replyTo.indexOf('#') + 1);
  const { procedure, traceparent: trace, header: fields = {} } = one;
  const line: Record<string, unknown> = { id, procedure, traceparent: trace, ...fields };
  for (const name of shared) delete line[name];
  const said = isTextual(fields) ? formatHeader({ said: one.body }).slice(8, -1) : one.body;
  return `${formatHeader(line)}\n${said}`;
}
