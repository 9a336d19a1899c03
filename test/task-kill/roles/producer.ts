// Enqueues its share. One that comes after a killed one goes on with what that one was not told of.
import { createRequester } from '@replyq/requester';
import { createSeededRandom } from '@replyq/testing';
import { Ledger, readLedgers } from '../../kill/ledger.ts';
import { serveStarter, tellStarter } from '../../kill/starter.ts';
import { errands } from '../contract.ts';
import { planErrand } from '../errand-plan.ts';
import type { ProducerEvent, TaskLine } from '../ledger-line.ts';
import { openTransport } from '../open-transport.ts';
import { produce } from '../producing.ts';
import { TASKS_PER_MESSAGE, type TaskRoleSettings } from '../settings.ts';

const settings: TaskRoleSettings = JSON.parse(process.argv[2] ?? '{}');
const { ledgers, name, rate, seed, tasks } = settings;
const [place = ''] = name.split('.');
const told = [...readLedgers<TaskLine>(ledgers, `${place}.`).values()].flat();
const accepted = new Set(told.map((line) => (line.event === 'accepted' ? line.number : -1)));
const ledger = new Ledger<ProducerEvent>(ledgers, name);
const transports = [openTransport(settings), openTransport(settings, TASKS_PER_MESSAGE)] as const;
const alone = createRequester({ transport: transports[0] });
const packed = createRequester({ transport: transports[1] });
/** Stands for the rest of a service, which runs until it is told to stop. */
const alive = setInterval(() => undefined, 60_000);

serveStarter({
  close: async () => {
    for (const requester of [alone, packed]) await requester.close();
    for (const transport of transports) await transport.close();
    ledger.close();
    clearInterval(alive);
  },
});
tellStarter('ready');
const left = Array.from({ length: tasks }, (_, number) => planErrand(seed, place, number)).filter(
  ({ number }) => !accepted.has(number),
);
await produce(left, {
  packed: packed.tasks(errands),
  alone: alone.tasks(errands),
  ledger,
  random: createSeededRandom(seed, name),
  rate,
});
tellStarter('enqueued');
