import type * as Fauxqs from 'fauxqs';

/** What the emulator keeps, made here: it would keep it to itself. */
export interface LocalStores {
  readonly sqsStore: StoredQueues;
  readonly snsStore: Stored;
  readonly s3Store: Stored;
}

export interface Stored {
  persistence: unknown;
}

export interface StoredQueues extends Stored {
  allQueues(): Iterable<Stored>;
  getQueue(url: string): StoredQueue | undefined;
}

export interface StoredQueue {
  /** Takes messages out, and counts that they were received. */
  dequeue: (...args: readonly unknown[]) => readonly unknown[];
  /** The long polls that wait. */
  readonly pollWaiters: {
    readonly timer: NodeJS.Timeout;
    readonly resolve: () => void;
  }[];
  /** Tells them that there are messages. */
  notifyWaiters: () => void;
  isFifo(): boolean;
  hasAvailableFifoMessages(): boolean;
  /** Of a queue that is not FIFO: those that a receive would get. */
  readonly messages: readonly unknown[];
}

export async function makeStores(): Promise<LocalStores> {
  return {
    sqsStore: await construct('./sqs/sqsStore.js', 'SqsStore'),
    snsStore: await construct('./sns/snsStore.js', 'SnsStore'),
    s3Store: await construct('./s3/s3Store.js', 'S3Store'),
  };
}

/** As the emulator wants them. */
export function forFauxqs(stores: LocalStores): NonNullable<Fauxqs.BuildAppOptions['stores']> {
  return stores as unknown as NonNullable<Fauxqs.BuildAppOptions['stores']>;
}

/** A class that the emulator does not export, from its own file. */
export async function construct(file: string, name: string, ...args: unknown[]): Promise<never> {
  const url = new URL(file, import.meta.resolve('fauxqs'));
  const module = (await import(url.href)) as Record<string, new (...args: unknown[]) => never>;
  const Class = module[name];
  if (Class === undefined) throw new Error(`startLocalSqs() cannot use this fauxqs: no ${name}`);
  return new Class(...args);
}
