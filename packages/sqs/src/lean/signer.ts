import { ALGORITHM_IDENTIFIER, createScope, getSigningKey } from '@smithy/signature-v4';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { hmacKey, hmacSha256, sha256 } from '../digests.ts';

/** Who signs. `sessionToken` belongs to temporary credentials. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A `POST` without a query, which is every request of SQS's JSON protocol. */
export interface Signable {
  readonly path: string;
  readonly body: string;
  /** Lower-case names in the order of their code units, values without surplus spaces. All are signed. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Signs by AWS Signature Version 4 for one service in one region. */
export interface Signer {
  /** The `authorization` of a request whose headers have `x-amz-date: <longDate>`. */
  authorize(request: Signable, identity: Identity, longDate: string): Promise<string>;
}

type Key = ReturnType<typeof hmacKey>;

/**
 * The key comes from `@smithy/signature-v4`, once a day and identity. The canonical request is
 * written here, since ours all have one shape: that costs about a tenth of the package's own `sign`. Tests
 * compare the two, and both with the SDK.
 */
export function createSigner(
  hash: SQSClient['config']['sha256'],
  region: string,
  service: string,
): Signer {
  let cached: { readonly of: Identity; readonly day: string; readonly key: Key } | undefined;
  let lastPath = '/';
  let lastCanonicalPath = '/';

  const keyOf = async (identity: Identity, day: string): Promise<Key> => {
    if (cached?.day === day && isSame(cached.of, identity)) return cached.key;
    const key = hmacKey(await getSigningKey(hash, identity, day, region, service));
    cached = { of: identity, day, key };
    return key;
  };

  return {
    async authorize({ path, body, headers }, identity, longDate) {
      const day = longDate.slice(0, 8);
      const scope = createScope(day, region, service);
      if (path !== lastPath) {
        lastPath = path;
        lastCanonicalPath = canonicalPath(path);
      }
      let lines = '';
      let names = '';
      for (const [name, value] of headers) {
        lines += `${name}:${value}\n`;
        names += names === '' ? name : `;${name}`;
      }
      const canonical = `POST\n${lastCanonicalPath}\n\n${lines}\n${names}\n${sha256(body)}`;
      const toSign = `${ALGORITHM_IDENTIFIER}\n${longDate}\n${scope}\n${sha256(canonical)}`;
      const signature = hmacSha256(await keyOf(identity, day), toSign);
      return `${ALGORITHM_IDENTIFIER} Credential=${identity.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    },
  };
}

/** `20260131T235959Z`. */
export function longDateOf(timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  const day = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}`;
  return `${day}T${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

function isSame(one: Identity, other: Identity): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
  );
}

/** Escaped once more than it is in the request, empty segments left out: as for all services but S3. */
function canonicalPath(path: string): string {
  const escaped = path.split('/').filter(Boolean).map(escapeSegment).join('/');
  return escaped === '' ? '/' : `/${escaped}${path.endsWith('/') ? '/' : ''}`;
}

function escapeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
