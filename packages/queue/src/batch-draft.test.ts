import fc from 'fast-check';
import type { OutgoingFrame } from '@replyq/contract/transport';
import { formatReplyAddress, readMessage, type WireFrame } from '@replyq/contract/wire';
import { describe, expect, test } from 'vitest';
import { BatchDraft, type Parcel } from './batch-draft.ts';
import { messageBytes } from './message-bytes.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { fixedPacking, MAX_PACK_BYTES, MAX_PACKED_FRAME_BYTES } from './packing.ts';
import type { ServiceLimits } from './queue-service.ts';

const LIMITS: ServiceLimits = {
  maxBatchEntries: 10,
  maxMessageBytes: 1_048_576,
  maxBatchBytes: 1_048_576,
  maxWaitMs: 20_000,
};

/** What goes in: a frame, and how it may travel. */
interface Outgoing {
  readonly frame: WireFrame;
  readonly options?: Partial<OutgoingFrame>;
  readonly alone?: boolean;
}

function entryOf({ alone = false, frame, options }: Outgoing): OutboxEntry {
  return {
    frame: { deadlineMs: 1000, withdrawn: () => false, encode: () => frame, ...options },
    settle: () => {},
    patienceMs: 0,
    firstSentAtMs: undefined,
    credentialFailures: 0,
    alone,
    maybeStored: false,
  };
}

function request(id: number, body: string, replyQueue = 'a'): WireFrame {
  return {
    replyTo: formatReplyAddress(`http://q/000000000000/${replyQueue}`, `call-${id}`),
    procedure: 'run',
    header: { v: 1, type: 'query', timeoutMs: 20_000 - id, at: 1, content: 'json' },
    body,
    attributes: {},
  };
}

interface Result {
  readonly batches: readonly (readonly Parcel[])[];
  readonly tooLarge: readonly OutboxEntry[];
}

/** As many batches as it takes. */
function cut(entries: readonly OutboxEntry[], limits: ServiceLimits, most: number): Result {
  const batches: (readonly Parcel[])[] = [];
  const tooLarge: OutboxEntry[] = [];
  for (let left = entries; left.length > 0;) {
    const draft = new BatchDraft(limits, fixedPacking(most), most);
    let taken = 0;
    for (const entry of left) {
      const added = draft.add(entry, entry.frame.encode(1000, 0));
      if (added === 'full') break;
      taken += 1;
      if (added !== 'added') tooLarge.push(entry);
    }
    if (taken === 0) throw new Error('An empty batch takes nothing.');
    left = left.slice(taken);
    batches.push(draft.parcels());
  }
  return { batches, tooLarge };
}

const unit = fc.constantFrom('a', 'é', '"', '\\', '\u2028', '\uFFFE', '\u0001', '😀');
const text = fc
  .tuple(fc.string({ unit, maxLength: 40 }), fc.constantFrom(1, 1, 1, 10, 100, 400))
  .map(([some, times]) => some.repeat(times));
const outgoing = fc
  .record({
    body: text,
    content: fc.constantFrom('json', 'text'),
    kind: fc.constantFrom('request', 'request to b', 'reply', 'task', 'with attributes'),
    options: fc.constantFrom<Partial<OutgoingFrame>>(
      {},
      {},
      {},
      { groupId: 'g' },
      { groupId: 'h' },
      { pack: false },
      { delayMs: 1000 },
    ),
    alone: fc.constantFrom(false, false, false, true),
  })
  .map(({ alone, body, content, kind, options }): Outgoing => {
    const replyQueue = kind === 'request to b' ? 'b' : 'a';
    const written = content === 'json' ? JSON.stringify(body) : body;
    const { header, replyTo = '', ...rest } = request(0, written, replyQueue);
    const frame = { ...rest, header: { ...header, content } };
    if (kind === 'task') return { alone, options, frame };
    if (kind === 'reply') return { alone, options, frame: { ...frame, virtualQueue: 'call' } };
    const attributes = { a: { type: 'String', value: 'b' } };
    const more = kind === 'with attributes' ? { attributes } : {};
    return { alone, options, frame: { ...frame, replyTo, ...more } };
  });
const someLimits = fc
  .record({
    maxBatchEntries: fc.integer({ min: 1, max: 10 }),
    maxMessageBytes: fc.constantFrom(1024, 9000, 40_000, 262_144, 1_048_576),
    messages: fc.constantFrom(1, 1, 2),
  })
  .map(({ messages, ...rest }): ServiceLimits => {
    const maxBatchBytes = rest.maxMessageBytes * messages;
    return { ...rest, maxBatchBytes, maxWaitMs: 20_000 };
  });
const anyCase = fc.record({
  outgoing: fc.array(outgoing, { maxLength: 60 }),
  limits: someLimits,
  most: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(32, 256)),
});

describe('whatever the frames and the limits', () => {
  test('each frame is in one message, as it went in, or reported as too large', () => {
    fc.assert(
      fc.property(anyCase, ({ limits, most, outgoing: all }) => {
        const entries = all.map(entryOf);
        const { batches, tooLarge } = cut(entries, limits, most);
        const sent = batches.flat().flatMap((parcel) => parcel.entries);
        expect([...sent, ...tooLarge]).toHaveLength(entries.length);
        expect(new Set([...sent, ...tooLarge])).toEqual(new Set(entries));
        for (const { entries: inside, message } of batches.flat()) {
          expect(readMessage(message)).toEqual(inside.map(({ frame }) => frame.encode(1000, 0)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no message, pack or batch is larger than the limits by its real bytes, nor of too many', () => {
    fc.assert(
      fc.property(anyCase, ({ limits, most, outgoing: all }) => {
        for (const parcels of cut(all.map(entryOf), limits, most).batches) {
          expect(parcels.length).toBeLessThanOrEqual(limits.maxBatchEntries);
          let batchBytes = 0;
          for (const { entries, message } of parcels) {
            const bytes = messageBytes(message);
            batchBytes += bytes;
            expect(entries.length).toBeLessThanOrEqual(most);
            expect(bytes).toBeLessThanOrEqual(limits.maxMessageBytes);
            if (entries.length > 1) expect(bytes).toBeLessThanOrEqual(MAX_PACK_BYTES);
          }
          expect(batchBytes).toBeLessThanOrEqual(limits.maxBatchBytes);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('frames that share a message are in order, of one group, and may share it', () => {
    fc.assert(
      fc.property(anyCase, ({ limits, most, outgoing: all }) => {
        const entries = all.map(entryOf);
        for (const { entries: inside, message } of cut(entries, limits, most).batches.flat()) {
          const places = inside.map((entry) => entries.indexOf(entry));
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          if (inside.length === 1) continue;
          expect(inside.some(({ alone }) => alone)).toBe(false);
          for (const { frame } of inside) {
            expect([frame.groupId, frame.pack, frame.delayMs]).toEqual([
              message.groupId,
              undefined,
              undefined,
            ]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Which frames are in which message, of one batch. */
function messagesOf(frames: readonly WireFrame[], most: number, limits = LIMITS): number[][] {
  const entries = frames.map((frame) => entryOf({ frame }));
  const [parcels = []] = cut(entries, limits, most).batches;
  return parcels.map((parcel) => parcel.entries.map((entry) => entries.indexOf(entry)));
}

test('frames to two reply queues fill two messages side by side', () => {
  const frames = ['a', 'b', 'a', 'b', 'a'].map((replyQueue, id) => request(id, '1', replyQueue));
  expect(messagesOf(frames, 2)).toEqual([[0, 2], [1, 3], [4]]);
});

test('a frame joins the latest message of its kind that has room', () => {
  // Eight of these fill a message but for some bytes.
  const large = JSON.stringify('x'.repeat(7900));
  const frames = Array.from({ length: 9 }, (_, id) => request(id, large));
  expect(messagesOf([...frames, request(9, '1')], 256)).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7],
    [8, 9],
  ]);
});

test('a frame of 8 KiB as it stands in a pack is packed, and one byte more is not', () => {
  const body = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
  const least = MAX_PACKED_FRAME_BYTES - 400;
  const packed = Array.from({ length: 400 }, (_, more) => {
    const frames = [0, 1].map((id) => request(id, body(least + more)));
    return messagesOf(frames, 8).length === 1;
  });
  const largest = packed.lastIndexOf(true);
  expect(packed.slice(0, largest + 1)).not.toContain(false);
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(399);
});

test('a frame that is too large is reported with its bytes, and takes no place', () => {
  const draft = new BatchDraft({ ...LIMITS, maxMessageBytes: 1000 }, fixedPacking(8), 8);
  const frame = request(0, JSON.stringify('x'.repeat(1000)));
  expect(draft.add(entryOf({ frame }), frame)).toEqual({ tooLarge: expect.any(Number) });
  expect(draft.size).toBe(0);
  expect(draft.parcels()).toEqual([]);
});

test('a draft is full when every message has as many frames as it may', () => {
  const draft = new BatchDraft({ ...LIMITS, maxBatchEntries: 2 }, fixedPacking(2), 2);
  const full = [0, 1, 2, 3, 4].map((id) => {
    const frame = request(id, '1');
    return [draft.isFull, draft.add(entryOf({ frame }), frame)];
  });
  expect(full).toEqual([
    [false, 'added'],
    [false, 'added'],
    [false, 'added'],
    [false, 'added'],
    [true, 'full'],
  ]);
});
