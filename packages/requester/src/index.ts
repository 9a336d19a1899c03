export type { CallOptions } from './call-options.ts';
export { createRequester, type Requester } from './create-requester.ts';
export type { EnqueueOptions } from './enqueue-options.ts';
export type { OutgoingCall } from './outgoing-call.ts';
export type { PlainReply, PlainRequestOptions } from './plain-request.ts';
export type { RequesterOptions } from './requester-options.ts';
export type { TasksOptions } from './task-client.ts';
export type {
  AwaitedTask,
  EnqueueResult,
  ResultOptions,
  TaskHandle,
  TaskOf,
  TaskProcedure,
  TasksOf,
  WaitOptions,
} from './tasks-of.ts';
export type { ClientOptions } from './typed-client.ts';
