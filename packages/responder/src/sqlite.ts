export {
  sqliteReplyStore,
  type SqliteReplyStore,
  type SqliteReplyStoreOptions,
} from './sqlite-reply-store.ts';
