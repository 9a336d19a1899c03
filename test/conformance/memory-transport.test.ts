import {
  missingFeatures,
  openMemoryTransportFixture,
  runCase,
  transportCases,
  type OpenTransportFixture,
} from '@replyq/testing';
import { describe, expect, it, test } from 'vitest';

/** What they look at is how frames share messages, or which message has which frame. */
const ABOUT_PACKING: ReadonlySet<string> = new Set([
  '25 frames of one turn all arrive, once each',
  'a pack goes back whole where the reader may not send, which then takes none',
  'a packed message stays below 64 KiB',
  'a reader tells how many frames it takes in a message',
  'an entry that the answer does not mention is sent again, its neighbours are not',
  'as many frames share a message as a reply has said',
  'each frame of a batch learns the outcome of its own entry',
  'each frame of a message that fails learns of it, and is sent again',
  'frames of a message that is refused are tried one by one',
  'frames of different groups do not share a message',
  'frames over 8 KiB travel alone',
  'frames that must not share a message do not',
  'frames travel alone until a reply has said that they need not',
  'frames whose time is over do not come again when a pack is taken apart',
  'of several acks only the one that failed is tried again',
  'the most modest of several replies counts',
  'what a reply has said holds for five minutes',
]);
const anyPacking = transportCases.filter(({ name }) => !ABOUT_PACKING.has(name));

describe('the memory transport', () => {
  test.each(transportCases)('$name', async (finding) => {
    await runCase(finding, openMemoryTransportFixture);
  });

  test.each([1, 32].flatMap((frames) => anyPacking.map((finding) => ({ finding, frames }))))(
    '$finding.name, with up to $frames frames in a message',
    async ({ finding, frames }) => {
      const packing = { framesPerMessage: frames };
      const open: OpenTransportFixture = (options) =>
        openMemoryTransportFixture({ ...options, transport: { packing, ...options?.transport } });
      await runCase(finding, open);
    },
  );

  it('has every feature that a case needs', async () => {
    const fixture = await openMemoryTransportFixture();
    await fixture.close();
    const missing = transportCases.flatMap((finding) => missingFeatures(finding, fixture.features));
    expect(missing).toEqual([]);
  });

  it('is asked nearly all of them with packing and without', () => {
    expect(transportCases.length - anyPacking.length).toBe(ABOUT_PACKING.size);
    expect(anyPacking.length).toBeGreaterThanOrEqual(0.9 * transportCases.length);
  });

  it('is asked at least 100 different questions', () => {
    const names = new Set(transportCases.map(({ name }) => name));
    expect(names.size).toBe(transportCases.length);
    expect(names.size).toBeGreaterThanOrEqual(100);
  });
});
