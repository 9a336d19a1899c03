export {
  sqliteReplyStore,
  type SqliteReplyStore,
  type SqliteReplyStoreOptions,
} from './sqlite-reply-store.ts';
export {
  sqliteScheduleStore,
  type SqliteScheduleStore,
  type SqliteScheduleStoreOptions,
} from './sqlite-schedule-store.ts';
