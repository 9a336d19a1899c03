import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SdkSha256 } from './sdk-sha256.ts';

const source = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
  // A view of a part of its buffer.
  fc.uint8Array({ minLength: 2 }).map((bytes) => bytes.subarray(1)),
  fc.uint8Array({ minLength: 2 }).map((bytes) => new DataView(bytes.slice().buffer, 1)),
);

const keyed = (secret: string | ArrayBuffer | ArrayBufferView): Hash | Hmac =>
  secret === '' ? createHash('sha256') : createHmac('sha256', bytesOf(secret));

const bytesOf = (given: string | ArrayBuffer | ArrayBufferView): Buffer => {
  if (typeof given === 'string') return Buffer.from(given);
  if (given instanceof ArrayBuffer) return Buffer.from(given);
  return Buffer.from(given.buffer, given.byteOffset, given.byteLength);
};

test('it hashes what node:crypto hashes, in as many parts as there are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(source), async (parts) => {
      const ours = new SdkSha256();
      for (const part of parts) ours.update(part);
      const whole = Buffer.concat(parts.map(bytesOf));
      expect(Buffer.from(await ours.digest())).toEqual(createHash('sha256').update(whole).digest());
    }),
  );
});

test('with a secret it signs, as often as that secret comes', async () => {
  await fc.assert(
    fc.asyncProperty(source, fc.array(source, { maxLength: 3 }), async (secret, texts) => {
      for (const text of texts) {
        const ours = new SdkSha256(secret);
        ours.update(text);
        expect(Buffer.from(await ours.digest())).toEqual(
          keyed(secret).update(bytesOf(text)).digest(),
        );
      }
    }),
  );
});

test.each([
  ['an empty text is no secret', '', createHash('sha256')],
  ['no bytes are one', new Uint8Array(), createHmac('sha256', '')],
] as const)('%s, as for the SDK', async (_, secret, hash) => {
  const ours = new SdkSha256(secret);
  ours.update('x');
  expect(Buffer.from(await ours.digest())).toEqual(hash.update('x').digest());
});

test('a text is taken in the encoding that is named', async () => {
  const ours = new SdkSha256();
  ours.update('ü', 'latin1');
  const expected = createHash('sha256').update('ü', 'latin1').digest();
  expect(Buffer.from(await ours.digest())).toEqual(expected);
});
