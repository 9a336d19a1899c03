/** How a partition's hosts end. Source: AWS's partitions.json, as in the SDK; a test compares. */
interface Partition {
  readonly regions: RegExp;
  readonly suffix: string;
  readonly dualStackSuffix: string;
}

const COMMERCIAL: Partition = {
  regions: /^/,
  suffix: 'amazonaws.com',
  dualStackSuffix: 'api.aws',
};

/** GovCloud has the commercial suffixes. */
const PARTITIONS: readonly Partition[] = [
  {
    regions: /^cn-/,
    suffix: 'amazonaws.com.cn',
    dualStackSuffix: 'api.amazonwebservices.com.cn',
  },
  { regions: /^eusc-/, suffix: 'amazonaws.eu', dualStackSuffix: 'api.amazonwebservices.eu' },
  { regions: /^us-iso-/, suffix: 'c2s.ic.gov', dualStackSuffix: 'api.aws.ic.gov' },
  { regions: /^us-isob-/, suffix: 'sc2s.sgov.gov', dualStackSuffix: 'api.aws.scloud' },
  { regions: /^eu-isoe-/, suffix: 'cloud.adc-e.uk', dualStackSuffix: 'api.cloud-aws.adc-e.uk' },
  { regions: /^us-isof-/, suffix: 'csp.hci.ic.gov', dualStackSuffix: 'api.aws.hci.ic.gov' },
];

const VPC_ENDPOINT = /^vpce-[a-z0-9-]+$/;

/** Whether `hostname` is a name of SQS in `region`, however old or private. */
export function isSqsHost(hostname: string, region: string): boolean {
  const { suffix, dualStackSuffix } =
    PARTITIONS.find(({ regions }) => regions.test(region)) ?? COMMERCIAL;
  switch (hostname) {
    case `sqs.${region}.${suffix}`:
    case `sqs-fips.${region}.${suffix}`:
    case `sqs.${region}.${dualStackSuffix}`:
    case `sqs-fips.${region}.${dualStackSuffix}`:
    // Legacy names, which SQS still writes into the queue URLs of old clients.
    case `${region}.queue.${suffix}`:
      return true;
    case 'queue.amazonaws.com':
      return region === 'us-east-1';
    default: {
      const [first = '', ...rest] = hostname.split('.');
      return VPC_ENDPOINT.test(first) && rest.join('.') === `sqs.${region}.vpce.${suffix}`;
    }
  }
}

/** What decides whether a peer's queue URL may be one of ours. */
export type OwnEndpoint =
  /** The user (or the environment) named an endpoint: an emulator, a proxy, a VPC endpoint. */
  | { readonly kind: 'configured' }
  /** The SDK chose it for this region. */
  | { readonly kind: 'aws'; readonly region: string }
  /** Nobody has asked the SDK yet. */
  | { readonly kind: 'unresolved' };

/** The rule behind {@link QueueService.checkHost}. An unresolved endpoint has no host that fits. */
export function checkQueueHost(url: URL, own: OwnEndpoint): 'ok' | 'scheme' | 'host' {
  if (own.kind === 'configured') {
    return url.protocol === 'https:' || url.protocol === 'http:' ? 'ok' : 'scheme';
  }
  if (url.protocol !== 'https:') return 'scheme';
  // `new URL` drops 443 itself, so that any port left is not SQS's. Neither is a user name.
  if (url.port !== '' || url.username !== '' || url.password !== '') return 'host';
  return own.kind === 'aws' && isSqsHost(url.hostname, own.region) ? 'ok' : 'host';
}
