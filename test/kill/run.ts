import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSqsService } from '@replyq/sqs';
import { killAll, runningCount } from './child.ts';
import { planChaos, type ChaosSettings } from './chaos-plan.ts';
import { Chaos } from './chaos.ts';
import { Crew } from './crew.ts';
import { judge, type Verdict } from './judge.ts';
import { countEvents, readLedgers } from './ledger.ts';
import { emptied, messagesIn, sortQueues } from './leftovers.ts';
import { Proxy } from './proxy.ts';
import { Server } from './server.ts';
import type { StoreKind } from './stores.ts';

export interface RunOptions {
  readonly seed: number;
  readonly requesters: number;
  readonly responders: number;
  readonly store: StoreKind;
  readonly slowWork: boolean;
  readonly chaos: Omit<ChaosSettings, 'seed'>;
  /** For the server's data, the store and the ledgers. Nothing is removed from it. */
  readonly directory: string;
  readonly say: (text: string) => void;
}

const REQUEST_QUEUE = 'jobs';
const RESPONDER = {
  role: 'responder',
  program: new URL('roles/responder.ts', import.meta.url),
};
const REQUESTER = {
  role: 'requester',
  program: new URL('roles/requester.ts', import.meta.url),
};
/** Calls of each requester after the chaos. */
const PROBES = 10;
const COUNT_EVERY_MS = 30_000;

/** One run: begin, chaos, heal, close, judge. Whatever happens, no process outlives it. */
export async function run(options: RunOptions): Promise<Verdict> {
  const { directory, say, seed, slowWork } = options;
  const ledgers = join(directory, 'ledgers');
  await mkdir(ledgers, { recursive: true });
  const server = await Server.start(join(directory, 'server'));
  const proxy = new Proxy(server.port);
  await proxy.listen();
  const service = createSqsService({ clientConfig: server.clientConfig });
  const counting = setInterval(
    () => say(countEvents(ledgers, 'call', 'settled', 'runStarted', 'recorded')),
    COUNT_EVERY_MS,
  );
  try {
    const made = await service.createQueue({ name: REQUEST_QUEUE });
    if (made.kind !== 'ok') throw new Error(made.error);
    const settings = {
      seed,
      endpoint: proxy.endpoint,
      region: server.clientConfig.region,
      ledgers,
      slowWork,
      store: options.store,
      storeFile: join(directory, 'replies.sqlite'),
    };
    const responders = new Crew(RESPONDER, options.responders, settings);
    await responders.ready();
    const requesters = new Crew(REQUESTER, options.requesters, settings);
    await requesters.ready();

    const chaos = new Chaos({ requesters, responders, server, proxy, say });
    await chaos.run(planChaos({ seed, ...options.chaos }), options.chaos.lastsMs);

    say('all is well again: waiting for open calls');
    await order(requesters, { order: 'rest' }, 'rested');
    say('probing');
    await order(requesters, { order: 'probe', calls: PROBES }, 'probed');
    const before = await emptied(service, made.queueUrl);
    say('closing');
    await requesters.close();
    await responders.close();
    const processes = runningCount();
    const past = [...(await requesters.past()), ...(await responders.past())];

    const told = readLedgers(ledgers);
    const { disturbances } = chaos;
    const listed = await service.listQueues({ prefix: '' });
    if (listed.kind !== 'ok') throw new Error(listed.error);
    const urls = listed.queueUrls.filter((url) => url !== made.queueUrl);
    const names = urls.map((url) => url.split('/').at(-1) ?? '');
    const found = sortQueues(names, { ledgers: told, past, disturbances });
    // Nobody sweeps yet.
    for (const queueUrl of urls) await service.deleteQueue({ queueUrl });
    const messages = Math.max(before, await messagesIn(service, made.queueUrl));
    return judge({
      ledgers: told,
      past,
      disturbances,
      stored: options.store !== 'none',
      probes: PROBES,
      leftovers: { processes, messages, ...found },
    });
  } finally {
    clearInterval(counting);
    await killAll();
    await service.close();
    await proxy.close();
    await server.close();
  }
}

async function order(
  requesters: Crew,
  message: Parameters<Crew['children'][number]['order']>[0],
  notice: 'rested' | 'probed',
): Promise<void> {
  await Promise.all(
    requesters.children.map(async (child) => {
      child.order(message);
      await child.heard(notice);
    }),
  );
}
