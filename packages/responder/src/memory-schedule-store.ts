import { RpcError } from '@replyq/contract';
import {
  integerInRange,
  systemRuntime,
  type Runtime,
  type ScheduleStore,
} from '@replyq/contract/transport';
import { begins, cancels, nextNumber, type ScheduleNumbers } from './schedule-numbers.ts';

export interface MemoryScheduleStoreOptions {
  /** Keys that are known at once, of some 300 bytes each; with one more nothing is enqueued. Default 100,000. */
  readonly maxKeys?: number;
  /** Default: the platform's. */
  readonly runtime?: Runtime;
}

interface Entry extends ScheduleNumbers {
  keepUntilMs: number;
}

/**
 * Knows the schedule keys of this process, until it ends: for tests, and where one process is producer and only worker.
 * Answers at once. Throws an `RpcError` BAD_REQUEST for an option out of range.
 */
export function memoryScheduleStore(options: MemoryScheduleStoreOptions = {}): ScheduleStore {
  const { runtime = systemRuntime } = options;
  const maxKeys = integerInRange('maxKeys', options.maxKeys ?? 100_000, 1, 10_000_000);
  const entries = new Map<string, Entry>();
  // So that each search is paid for by as many numbers.
  let searchAtSize = Math.min(maxKeys, 1024);

  function makeRoom(): void {
    if (entries.size < searchAtSize) return;
    const nowMs = runtime.monotonicMs();
    for (const [key, { keepUntilMs }] of entries) if (keepUntilMs <= nowMs) entries.delete(key);
    searchAtSize = Math.min(maxKeys, Math.max(1024, 2 * entries.size));
    if (entries.size < maxKeys) return;
    const message = `The schedule store knows ${maxKeys} keys: expected fewer (maxKeys).`;
    throw new RpcError({ code: 'OVERLOADED', message });
  }

  return {
    number(key, keepMs) {
      const known = entries.get(key);
      if (known === undefined) makeRoom();
      const numbers = nextNumber(known, runtime.nowMs());
      const keepUntilMs = Math.max(known?.keepUntilMs ?? 0, runtime.monotonicMs() + keepMs);
      entries.set(key, { ...numbers, keepUntilMs });
      return numbers.last;
    },
    sent(key, number) {
      const entry = entries.get(key);
      if (entry !== undefined) entry.sent = Math.max(entry.sent, number);
    },
    cancel(key) {
      const entry = entries.get(key);
      return entry !== undefined && cancels(entry);
    },
    begin(key, number) {
      const entry = entries.get(key);
      return entry === undefined || begins(entry, number);
    },
  };
}
