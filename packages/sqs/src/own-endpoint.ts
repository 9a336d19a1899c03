import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { isSqsHost, type OwnEndpoint } from './sqs-host.ts';

/** What `clientConfig` alone says. A literal region is a guess: the environment may name an endpoint. */
export function configuredEndpoint({ endpoint, region }: SQSClientConfig): OwnEndpoint {
  if (endpoint !== undefined) return { kind: 'configured' };
  return typeof region === 'string' ? { kind: 'aws', region } : { kind: 'unresolved' };
}

/** Reads where a request really went, since the SDK takes endpoints from the environment too. */
export function dialledEndpoint(region: string, request: unknown): OwnEndpoint {
  const { hostname, protocol, port } = request as Partial<Record<string, unknown>>;
  const own = typeof hostname === 'string' && isSqsHost(hostname, region);
  return own && protocol === 'https:' && port === undefined
    ? { kind: 'aws', region }
    : { kind: 'configured' };
}
