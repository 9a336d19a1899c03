import type * as Fauxqs from 'fauxqs';

/** The emulator's stores over a directory. */
export interface DataDir {
  readonly stores: NonNullable<Fauxqs.BuildAppOptions['stores']>;
  close(): void;
}

/** The emulator keeps its stores to itself, and `buildApp` knows no directory: built as its starter does. */
export async function openDataDir(dataDir: string): Promise<DataDir> {
  const sqsStore: StoredQueues = await construct('./sqs/sqsStore.js', 'SqsStore');
  const snsStore: Stored = await construct('./sns/snsStore.js', 'SnsStore');
  const s3Store: Stored = await construct('./s3/s3Store.js', 'S3Store');
  const manager: Manager = await construct('./persistence.js', 'PersistenceManager', dataDir);
  keepReceiveCounts(manager);
  // Loaded before it is attached: a store that persists while it loads would delete what it reads.
  manager.load(sqsStore, snsStore, s3Store);
  for (const store of [sqsStore, snsStore, s3Store]) store.persistence = manager;
  for (const queue of sqsStore.allQueues()) queue.persistence = manager;
  return {
    stores: { sqsStore, snsStore, s3Store } as unknown as DataDir['stores'],
    close: () => manager.close(),
  };
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

/** A class that the emulator does not export, from its own file. */
async function construct(file: string, name: string, ...args: unknown[]): Promise<never> {
  const url = new URL(file, import.meta.resolve('fauxqs'));
  const module = (await import(url.href)) as Record<string, new (...args: unknown[]) => never>;
  const Class = module[name];
  if (Class === undefined) throw new Error(`this fauxqs has no ${name}, so that dataDir fails`);
  return new Class(...args);
}

interface Stored {
  persistence: unknown;
}

interface StoredQueues extends Stored {
  allQueues(): Iterable<Stored>;
}

interface Manager {
  readonly db: { prepare(sql: string): { run(...values: unknown[]): unknown } };
  updateMessageReady: (messageId: string) => void;
  load(...stores: readonly Stored[]): void;
  close(): void;
}
