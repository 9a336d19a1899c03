import { randomUUID } from 'node:crypto';
import type { ReplyStore } from '@replyq/responder';
import { sqliteReplyStore, type SqliteReplyStore } from '@replyq/responder/sqlite';

export type StoreKind = 'none' | 'sqlite' | 'forgetful';

/** `file` is shared by all responders. Undefined: none. */
export function openStore(
  kind: StoreKind,
  file: string,
): (ReplyStore & Partial<Pick<SqliteReplyStore, 'close'>>) | undefined {
  switch (kind) {
    case 'none':
      return undefined;
    case 'sqlite':
      return sqliteReplyStore({ file });
    case 'forgetful':
      return forgetful;
  }
}

/** Says that it remembers, and does not: a run with it must be found out. */
const forgetful: ReplyStore = {
  claim: () => ({ kind: 'run', token: randomUUID() }),
  renew: () => true,
  record: () => true,
  abandon: () => undefined,
};
