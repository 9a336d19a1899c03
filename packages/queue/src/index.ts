export type * from './queue-service.ts';
