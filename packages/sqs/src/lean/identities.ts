import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Identity } from './signer.ts';

/** The credentials of each request, by the SDK's memoized provider: it asks again before they expire. */
export interface Identities {
  /** Rejects as the provider does. */
  current(): Promise<Identity>;
  /** The service calls `identity` expired: the provider is made to ask its source before the next use. */
  refuse(identity: Identity): void;
}

export function createIdentities(provider: SQSClient['config']['credentials']): Identities {
  let refused: Identity | undefined;
  return {
    async current() {
      let identity = await provider();
      if (refused !== undefined) {
        const again = refused.accessKeyId === identity.accessKeyId;
        refused = undefined;
        if (again) identity = await provider({ forceRefresh: true });
      }
      if (isText(identity?.accessKeyId) && isText(identity.secretAccessKey)) return identity;
      throw Object.assign(new Error('the credentials have no key'), {
        name: 'CredentialsProviderError',
      });
    },
    refuse(identity) {
      refused = identity;
    },
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
