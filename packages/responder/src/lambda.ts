export {
  createLambdaHandler,
  type LambdaHandler,
  type LambdaHandlerOptions,
} from './lambda-handler.ts';
export type {
  SqsAttributes,
  SqsBatchResponse,
  SqsEvent,
  SqsMessageAttribute,
  SqsRecord,
} from './lambda-event.ts';
