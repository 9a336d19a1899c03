import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSdkResolver, type Target } from './target.ts';

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const resolve = (config: SQSClientConfig): Promise<Target> =>
  createSdkResolver({ region: 'us-east-1', credentials, ...config }).resolveTarget();

afterEach(() => vi.unstubAllEnvs());

describe('the target', () => {
  it.each<[string, SQSClientConfig, Partial<Target>]>([
    ['of a region', {}, { protocol: 'https:', hostname: 'sqs.us-east-1.amazonaws.com', path: '/' }],
    [
      'of another partition',
      { region: 'cn-north-1' },
      { hostname: 'sqs.cn-north-1.amazonaws.com.cn', signingRegion: 'cn-north-1' },
    ],
    ['of FIPS', { useFipsEndpoint: true }, { hostname: 'sqs-fips.us-east-1.amazonaws.com' }],
    ['of dual-stack', { useDualstackEndpoint: true }, { hostname: 'sqs.us-east-1.api.aws' }],
    [
      'of an endpoint',
      { endpoint: 'http://localhost:4566' },
      { protocol: 'http:', hostname: 'localhost', port: 4566, host: 'localhost:4566' },
    ],
    ['of an IPv6 endpoint', { endpoint: 'http://[::1]:1' }, { hostname: '::1', host: '[::1]:1' }],
    ['of an endpoint with a path', { endpoint: 'https://x.example/sqs' }, { path: '/sqs/' }],
    ['of a provider', { region: async () => 'eu-west-1' }, { region: 'eu-west-1' }],
  ])('%s is the SDK’s', async (_what, config, target) => {
    expect(await resolve(config)).toMatchObject(target);
  });

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS'])('is taken from %s', async (name) => {
    vi.stubEnv(name, 'http://named.example:81');
    expect(await resolve({})).toMatchObject({ hostname: 'named.example', port: 81 });
  });

  it('is signed for SQS in the region, by an agent with a name of its own', async () => {
    const target = await resolve({ customUserAgent: 'mine' });
    expect(target).toMatchObject({ signingRegion: 'us-east-1', signingName: 'sqs' });
    expect(target.userAgent).toMatch(/aws-sdk-js.* mine.* md\/replyq-lean$/);
  });

  it('is asked for again after a failure', async () => {
    const regions = [Promise.reject(new Error('Region is missing')), Promise.resolve('eu-west-1')];
    for (const region of regions) region.catch(() => undefined);
    let asked = 0;
    const resolver = createSdkResolver({
      credentials,
      region: () => regions[Math.floor(asked++)] ?? Promise.resolve('eu-west-1'),
    });
    await expect(resolver.resolveTarget()).rejects.toThrow('Region is missing');
    expect(await resolver.resolveTarget()).toMatchObject({ region: 'eu-west-1' });
  });
});
