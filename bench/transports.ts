import type { Observer, Transport } from '@replyq/contract/transport';
import { memoryTransport } from '@replyq/memory';
import { sqsTransport } from '@replyq/sqs';
import { clientConfigOf } from './client-config.ts';
import type { SubjectSettings } from './settings.ts';

/** Loaded only when it is asked for. */
const LEAN = '@replyq/sqs/lean';
/** For as many callers as the bench takes. */
const MAX_BUFFERED_FRAMES = 200_000;

type TransportSettings = Pick<
  SubjectSettings,
  'server' | 'namespace' | 'latencyMs' | 'packing' | 'adapter'
> & {
  /** Of a producer that declares it. */
  readonly framesPerMessage?: number;
};

export async function openTransport(
  settings: TransportSettings,
  observer: Observer,
): Promise<Transport> {
  const options = {
    ...optionsOf(settings, observer),
    namespace: settings.namespace,
    clientConfig: clientConfigOf(settings),
  };
  if (settings.adapter === 'sdk') return sqsTransport(options);
  const { leanSqsTransport } = (await import(LEAN)) as { leanSqsTransport: typeof sqsTransport };
  return leanSqsTransport(options);
}

export function openMemoryTransport(settings: TransportSettings, observer: Observer): Transport {
  return memoryTransport(optionsOf(settings, observer));
}

function optionsOf(
  { packing, framesPerMessage = packing ? undefined : 1 }: TransportSettings,
  observer: Observer,
): Parameters<typeof memoryTransport>[0] {
  return {
    observer,
    maxBufferedFrames: MAX_BUFFERED_FRAMES,
    ...(framesPerMessage === undefined ? {} : { packing: { framesPerMessage } }),
  };
}
