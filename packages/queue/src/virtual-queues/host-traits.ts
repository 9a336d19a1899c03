import { sleep } from '@replyq/contract/transport';
import type { QueueApi } from '../queue-api.ts';
import type { Failure } from '../queue-service.ts';

/** How the owner of a host queue has set it up, for readers who do not say otherwise. */
export interface HostTraits {
  readonly visibilityMs: number;
  readonly waitMs: number;
}

/** SQS's own defaults: for who may not read attributes. API reference, CreateQueue. */
export const DEFAULT_TRAITS: HostTraits = { visibilityMs: 30_000, waitMs: 0 };

const PAUSE_MS = 250;

export interface AskTraitsOptions {
  readonly api: QueueApi;
  readonly queueUrl: string;
  /** Until then `gone` means that the queue, which was just made, is not usable yet. */
  readonly notYetUntilMs: number;
}

/** One request, as a rule. Fails only with `gone`. */
export async function askTraits(options: AskTraitsOptions): Promise<HostTraits | Failure> {
  const { api, notYetUntilMs, queueUrl } = options;
  for (;;) {
    const found = await api.getQueueAttributes(queueUrl);
    if (found.kind === 'ok') {
      const { extra, visibilityMs } = found.attributes;
      const waitS = Number(extra?.['ReceiveMessageWaitTimeSeconds'] ?? 0);
      const waitMs = waitS > 0 ? Math.min(waitS * 1000, api.service.limits.maxWaitMs) : 0;
      return { visibilityMs, waitMs };
    }
    if (found.kind !== 'gone') return DEFAULT_TRAITS;
    if (api.runtime.monotonicMs() >= notYetUntilMs) return found;
    await sleep(api.runtime, PAUSE_MS, { keepAlive: true });
  }
}
