import type { QueueService } from '@replyq/queue';
import { createLeanSqsService } from '../lean/lean-service.ts';
import { createSqsService, type SqsServiceOptions } from '../sqs-service.ts';

export type CreateService = (options?: SqsServiceOptions) => QueueService;

/** The two adapters, for `describe.each`: what holds for one holds for the other. */
export const adapters: readonly (readonly [name: string, create: CreateService])[] = [
  ['the SDK adapter', createSqsService],
  ['the lean adapter', createLeanSqsService],
];
