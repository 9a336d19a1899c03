// The answering side. SIGTERM closes it; then it ends by itself.
import { setTimeout as pause } from 'node:timers/promises';
import { createResponder } from '@replyq/responder';
import { jobs } from '../contract.ts';
import { Ledger } from '../ledger.ts';
import { loggedStore } from '../logged-store.ts';
import { openTransport } from '../open-transport.ts';
import { serveStarter, tellStarter } from '../starter.ts';
import { VISIBILITY_MS, WAIT_MS, type RoleSettings } from '../settings.ts';
import { openStore } from '../stores.ts';

const settings: RoleSettings = JSON.parse(process.argv[2] ?? '{}');
const ledger = new Ledger(settings.ledgers, settings.name);
const transport = openTransport(settings);
const store = openStore(settings.store, settings.storeFile);

interface Task {
  readonly nonce: string;
  readonly workMs: number;
  readonly filler: string;
}

/** Heeds no signal: the worst that a handler can do. */
const run = async ({ filler, nonce, workMs }: Task, callId = ''): Promise<object> => {
  ledger.tell({ event: 'runStarted', nonce, callId });
  if (workMs > 0) await pause(workMs);
  ledger.tell({ event: 'runEnded', nonce, callId });
  return { nonce, fillerLength: filler.length };
};

const responder = createResponder({
  transport,
  contract: jobs,
  visibilityMs: VISIBILITY_MS,
  waitMs: WAIT_MS,
  ...(store === undefined ? {} : { replyStore: loggedStore(store, ledger) }),
  handlers: {
    look: ({ call, input }) => run(input, call.callId) as never,
    change: ({ call, input }) => run(input, call.callId) as never,
  },
});

serveStarter({
  close: async () => {
    await responder.close();
    await transport.close();
    store?.close?.();
    ledger.close();
  },
});
// The server may be away, or the way to it: whoever starts a service tries again, too.
while (!(await started())) await pause(200);
ledger.tell({ event: 'responder' });
tellStarter('ready');

async function started(): Promise<boolean> {
  try {
    await responder.start();
    return true;
  } catch {
    return false;
  }
}
