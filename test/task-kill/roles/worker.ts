// Works. SIGTERM closes it; then it ends by itself.
import { setTimeout as pause } from 'node:timers/promises';
import type { CallScope } from '@replyq/contract/transport';
import { createResponder } from '@replyq/responder';
import { sqliteReplyStore } from '@replyq/responder/sqlite';
import { Ledger } from '../../kill/ledger.ts';
import { loggedStore } from '../../kill/logged-store.ts';
import { serveStarter, tellStarter } from '../../kill/starter.ts';
import { errands, type ErrandName } from '../contract.ts';
import type { WorkerEvent } from '../ledger-line.ts';
import { openTransport } from '../open-transport.ts';
import { DRAIN_MS, LEASE_MS, VISIBILITY_MS, WAIT_MS, type TaskRoleSettings } from '../settings.ts';

const settings: TaskRoleSettings = JSON.parse(process.argv[2] ?? '{}');
const ledger = new Ledger<WorkerEvent>(settings.ledgers, settings.name);
const transport = openTransport(settings);
const store = sqliteReplyStore({ file: settings.storeFile });

interface Turn {
  readonly input: { readonly nonce: string; readonly workMs: number; readonly failures: number };
  readonly call: CallScope;
  readonly signal: AbortSignal;
}

const run =
  (procedure: ErrandName) =>
  async ({ call, input, signal }: Turn): Promise<void> => {
    const { failures, nonce, workMs } = input;
    const about = { nonce, callId: call.taskId ?? '' };
    ledger.tell({ event: 'runStarted', ...about, attempt: call.attempt, procedure });
    try {
      await pause(workMs, undefined, { signal });
    } catch (error) {
      ledger.tell({ event: 'runEnded', ...about, ending: 'cut' });
      throw error;
    }
    const fails = procedure === 'doomed' || call.attempt <= failures;
    ledger.tell({ event: 'runEnded', ...about, ending: fails ? 'failed' : 'done' });
    if (fails) throw new Error('As planned.');
  };

const responder = createResponder({
  transport,
  contract: errands,
  visibilityMs: VISIBILITY_MS,
  waitMs: WAIT_MS,
  leaseMs: LEASE_MS,
  drainMs: DRAIN_MS,
  replyStore: loggedStore(store, ledger),
  handlers: { work: run('work'), doomed: run('doomed') },
  observer(event) {
    if (event.kind === 'answererFailed')
      ledger.tell({ event: 'gaveBack', why: String(event.error) });
    if (event.kind === 'taskDeadLettered')
      ledger.tell({ event: 'buried', task: event.task ?? '', attempt: event.attempt });
    if (event.kind === 'taskStuck')
      ledger.tell({ event: 'stuck', task: event.task ?? '', why: event.why });
  },
});

serveStarter({
  close: async () => {
    await responder.close();
    await transport.close();
    store.close();
    ledger.close();
  },
});
await responder.start();
tellStarter('ready');
