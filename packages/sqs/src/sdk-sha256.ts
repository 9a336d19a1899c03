import { hmacKey, sha256Bytes } from './digests.ts';

type Key = ReturnType<typeof hmacKey>;
type Source = string | ArrayBuffer | ArrayBufferView;

/** By the very bytes: the signer keeps those of the day, and signs each request with them. */
const keys = new WeakMap<Source & object, Key>();
/** Of the secret by which it finds them, each time. */
let ofText: { readonly secret: string; readonly key: Key } | undefined;

/** The SDK's `sha256` for its signer, which hashes what it has at once, and is done. */
export class SdkSha256 {
  readonly #key: Key | undefined;
  #bytes: Uint8Array = NONE;

  constructor(secret?: Source) {
    this.#key = secret ? keyOf(secret) : undefined;
  }

  update(source: Source, encoding?: 'utf8' | 'ascii' | 'latin1'): void {
    const more = bytesOf(source, encoding);
    this.#bytes = this.#bytes === NONE ? more : Buffer.concat([this.#bytes, more]);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(sha256Bytes(this.#bytes, this.#key));
  }
}

const NONE = new Uint8Array();

function keyOf(secret: Source): Key {
  if (typeof secret === 'string') {
    if (ofText?.secret !== secret) ofText = { secret, key: hmacKey(Buffer.from(secret)) };
    return ofText.key;
  }
  let key = keys.get(secret);
  if (key === undefined) {
    key = hmacKey(bytesOf(secret));
    keys.set(secret, key);
  }
  return key;
}

function bytesOf(source: Source, encoding?: BufferEncoding): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source, encoding);
  if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}
