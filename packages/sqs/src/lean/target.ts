import { ListQueuesCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/** Where requests go and how they are signed, as the AWS SDK would do it. */
export interface Target {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number | undefined;
  /** `/` unless the endpoint has a path. */
  readonly path: string;
  /** The `Host` header. */
  readonly host: string;
  /** What the SDK says it is, and that it was not the SDK that sent. */
  readonly userAgent: string;
  readonly region: string;
  readonly signingRegion: string;
  readonly signingName: string;
}

/** An SDK client that resolves everything and sends nothing. */
export interface SdkResolver {
  readonly config: SQSClient['config'];
  /** Rejects as the SDK does where something is missing: credentials, a region. Asked again, it tries again. */
  resolveTarget(): Promise<Target>;
}

interface Dialled {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `Credential=<key>/<day>/<region>/<service>/aws4_request` of a SigV4 authorization. */
const SCOPE = /^AWS4-HMAC-SHA256 Credential=[^,]*\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request,/;

/**
 * One request is handed to a client whose handler keeps it: so endpoints of every kind (configured,
 * of the environment or a profile, FIPS, dual-stack, of a partition) are the SDK's, by its public parts.
 */
export function createSdkResolver(clientConfig: SQSClientConfig): SdkResolver {
  let dialled: Dialled | undefined;
  const client = new SQSClient({
    ...clientConfig,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    retryMode: 'standard',
    requestHandler: {
      handle: async (request: Dialled) => {
        dialled = request;
        return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } };
      },
    },
  });
  return {
    config: client.config,
    async resolveTarget() {
      await client.send(new ListQueuesCommand({}));
      const region = await client.config.region();
      if (dialled === undefined) throw new Error('the SDK resolved no endpoint');
      const { protocol, hostname, port, path, headers } = dialled;
      const [, signingRegion, signingName] = SCOPE.exec(headers['authorization'] ?? '') ?? [];
      if (protocol !== 'https:' && protocol !== 'http:') {
        throw new Error(`the endpoint's protocol is ${protocol}, not https: or http:`);
      }
      if (signingRegion === undefined || signingName === undefined) {
        throw new Error('the SDK does not sign by AWS Signature Version 4 here');
      }
      return {
        protocol,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        host: headers['host'] ?? hostname,
        userAgent: `${headers['user-agent'] ?? 'aws-sdk-js'} md/replyq-lean`,
        region,
        signingRegion,
        signingName,
      };
    },
  };
}
