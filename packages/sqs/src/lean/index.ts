export { createLeanSqsService, type LeanSqsServiceOptions } from './lean-service.ts';
export { leanSqsTransport } from './lean-transport.ts';
