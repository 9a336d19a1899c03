import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createLeanSqsService } from './lean-service.ts';
import { resolveLeanOptions } from './lean-options.ts';

describe('clientConfig', () => {
  it.each<[string, SQSClientConfig]>([
    ['a requestHandler', { requestHandler: { handle: async () => ({ response: {} as never }) } }],
    ['a requestHandler’s logger', { requestHandler: { logger: console } }],
    ['a logger', { logger: console }],
    ['a signer', { signer: async () => ({ sign: async (request) => request }) }],
    ['an MD5 of its own', { md5: class {} as never }],
    ['extensions', { extensions: [] }],
    ['an endpointProvider', { endpointProvider: () => ({ url: new URL('http://x') }) }],
    ['an authSchemePreference', { authSchemePreference: ['sigv4a'] }],
    ['a token', { token: { token: 'x' } } as SQSClientConfig],
  ])('with %s is refused', (_what, clientConfig) => {
    expect(() => createLeanSqsService({ clientConfig })).toThrow(TypeError);
    expect(() => createLeanSqsService({ clientConfig })).toThrow(/does not heed clientConfig\.\w+/);
  });

  it('may name what no adapter heeds', () => {
    const { sdkConfig } = resolveLeanOptions({
      region: 'x',
      maxAttempts: 5,
      retryMode: 'adaptive',
    });
    expect(sdkConfig).toEqual({ region: 'x' });
  });

  it('may have keys without a value', () => {
    const clientConfig = { logger: undefined, requestHandler: { logger: undefined } } as object;
    expect(() => resolveLeanOptions(clientConfig)).not.toThrow();
  });

  it.each(['connectionTimeout', 'socketTimeout'])('has a %s in milliseconds', (name) => {
    for (const bad of [-1, Number.NaN, '5']) {
      const clientConfig = { requestHandler: { [name]: bad } } as SQSClientConfig;
      expect(() => resolveLeanOptions(clientConfig)).toThrow(RangeError);
      expect(() => resolveLeanOptions(clientConfig)).toThrow(`requestHandler.${name} is ${bad}`);
    }
  });

  it('has a requestTimeout that counts only if it may throw, as in the SDK', () => {
    const asked = { requestTimeout: 5 };
    expect(resolveLeanOptions({ requestHandler: asked }).exchange.requestMs).toBe(0);
    const thrown = { ...asked, throwOnRequestTimeout: true };
    expect(resolveLeanOptions({ requestHandler: thrown }).exchange.requestMs).toBe(5);
  });
});

describe('pools', () => {
  it('are two, of the protocol, for any number of polls and a bounded one of calls', () => {
    const { polls, calls } = resolveLeanOptions({}).createPools('https:');
    expect(polls.agent).not.toBe(calls.agent);
    expect(polls.agent).toBeInstanceOf(HttpsAgent);
    expect([polls.agent.maxSockets, calls.agent.maxSockets]).toEqual([Infinity, 256]);
  });

  it('are by the agent, or the options of one, that are given for their protocol', () => {
    const httpAgent = new Agent();
    const requestHandler = { httpAgent, httpsAgent: { maxSockets: 3 } };
    const options = resolveLeanOptions({ requestHandler });
    const { polls, calls } = options.createPools('http:');
    expect([polls.agent, calls.agent]).toEqual([httpAgent, httpAgent]);
    expect(options.createPools('https:').calls.agent.maxSockets).toBe(3);
  });
});
