import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import { createDateReader } from './date-header.ts';
import { configuredEndpoint, dialledEndpoint } from './own-endpoint.ts';
import type { OwnEndpoint } from './sqs-host.ts';

/** What the SDK does not hand out with its results, read off each answer. */
export interface AnswerWatch {
  /** Call once per client, before its first request. */
  watch(client: SQSClient): void;
  /** The `Date` header of the answer that became `output`, epoch milliseconds (whole seconds). */
  readonly timeOf: (output: object) => number | undefined;
  /** Where requests go. With no endpoint and no literal region in the config: known after the first answer. */
  endpoint(): OwnEndpoint;
}

export function createAnswerWatch(clientConfig: SQSClientConfig): AnswerWatch {
  const times = new WeakMap<object, number>();
  const parseDate = createDateReader();
  let endpoint = configuredEndpoint(clientConfig);
  // A literal region is a guess until the first answer: the environment may name an endpoint.
  let settled = endpoint.kind === 'configured';
  return {
    watch(client) {
      client.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const timeMs = parseDate(headerOf(result.response, 'date'));
          if (timeMs !== undefined && result.output !== undefined) times.set(result.output, timeMs);
          if (!settled) {
            endpoint = dialledEndpoint(await client.config.region(), args.request);
            settled = true;
          }
          return result;
        },
        // Outside the SDK's deserializer, where answer and result are seen together.
        { step: 'deserialize', priority: 'high', name: 'replyqAnswerWatch', override: true },
      );
    },
    timeOf: (output) => times.get(output),
    endpoint: () => endpoint,
  };
}

function headerOf(response: unknown, name: string): string | undefined {
  const { headers } = response as { readonly headers?: Readonly<Record<string, unknown>> };
  const value = headers?.[name];
  return typeof value === 'string' ? value : undefined;
}
