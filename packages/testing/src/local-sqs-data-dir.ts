import { construct, type LocalStores, type Stored } from './local-sqs-stores.ts';

/** A directory in which stores keep what they have. */
export interface DataDir {
  close(): void;
}

/** `buildApp` knows no directory: attached as the emulator's own starter does. */
export async function openDataDir(dataDir: string, stores: LocalStores): Promise<DataDir> {
  const { s3Store, snsStore, sqsStore } = stores;
  const manager: Manager = await construct('./persistence.js', 'PersistenceManager', dataDir);
  keepReceiveCounts(manager);
  // Loaded before it is attached: a store that persists while it loads would delete what it reads.
  manager.load(sqsStore, snsStore, s3Store);
  for (const store of [sqsStore, snsStore, s3Store]) store.persistence = manager;
  for (const queue of sqsStore.allQueues()) queue.persistence = manager;
  return { close: () => manager.close() };
}

/**
 * For a message that is given back the emulator writes no receive count, which its own table
 * refuses, and the message, out of flight by then, is lost. Here its count stays as it is, and so
 * does the table: a directory may be the emulator's own.
 */
function keepReceiveCounts(manager: Manager): void {
  const giveBack = manager.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  manager.updateMessageReady = (messageId) => void giveBack.run(messageId);
}

interface Manager {
  readonly db: { prepare(sql: string): { run(...values: unknown[]): unknown } };
  updateMessageReady: (messageId: string) => void;
  load(...stores: readonly Stored[]): void;
  close(): void;
}
