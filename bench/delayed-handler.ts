import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

type Handle = SQSClient['config']['requestHandler']['handle'];

/** As many sockets as there are requests. */
const AGENT = { keepAlive: true, maxSockets: Infinity };

/**
 * An HTTP handler for SDK clients as if the server were far away: half of `latencyMs` passes before
 * a request is sent, half after its answer has come. Holds no socket meanwhile. May serve several clients.
 */
export function createDelayedHandler(
  latencyMs: number,
): NonNullable<SQSClientConfig['requestHandler']> {
  // The SDK's own handler, as it makes it.
  const { requestHandler } = new SQSClient({
    requestHandler: { httpAgent: AGENT, httpsAgent: AGENT },
  }).config;
  const halfMs = latencyMs / 2;
  const handle: Handle = async (request, options = {}) => {
    const wait = signalOf(options);
    await sleep(halfMs, undefined, wait);
    const answer = await requestHandler.handle(request, options);
    await sleep(halfMs, undefined, wait);
    return answer;
  };
  return new Proxy(requestHandler, {
    get(target, name) {
      if (name === 'handle') return handle;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function signalOf(options: object): { readonly signal?: AbortSignal } {
  const signal = 'abortSignal' in options ? options.abortSignal : undefined;
  return signal instanceof AbortSignal ? { signal } : {};
}
