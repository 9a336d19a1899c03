// The calling side. SIGTERM closes it; then it ends by itself.
import { createRequester } from '@replyq/requester';
import { createSeededRandom } from '@replyq/testing';
import { jobs } from '../contract.ts';
import { Ledger } from '../ledger.ts';
import { openTransport } from '../open-transport.ts';
import { serveStarter, tellStarter } from '../starter.ts';
import type { RoleSettings } from '../settings.ts';
import { Workload } from '../workload.ts';

const settings: RoleSettings = JSON.parse(process.argv[2] ?? '{}');
const { ledgers, name, seed, slowWork } = settings;
const ledger = new Ledger(ledgers, name);
const transport = openTransport(settings);
const requester = createRequester({ transport });
const workload = new Workload({
  client: requester.client(jobs),
  ledger,
  random: createSeededRandom(seed, name),
  name,
  slowWork,
});
/** Stands for the rest of a service, which runs until it is told to stop. */
const alive = setInterval(() => undefined, 60_000);

serveStarter({
  close: async () => {
    workload.stop();
    await requester.close();
    // What close has rejected is still to be told.
    await workload.rest();
    await transport.close();
    ledger.close();
    clearInterval(alive);
  },
  order: (order) => {
    if (order.order === 'rest') void workload.rest().then(() => tellStarter('rested'));
    else void workload.probe(order.calls).then(() => tellStarter('probed'));
  },
});
ledger.tell({ event: 'requester', clientId: requester.clientId });
tellStarter('ready');
await workload.run();
