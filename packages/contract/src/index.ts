export {
  ERROR_CODES,
  fromTrpcCode,
  isRpcErrorCode,
  isTrpcCode,
  toTrpcCode,
  type RpcErrorCode,
  type TrpcCode,
} from './error/error-code.ts';
export { messageOf, RpcError, type RpcErrorOptions } from './error/rpc-error.ts';
export type { Call, NoErrors } from './error/call.ts';
export type {
  CallError,
  DeclaredRpcError,
  RpcErrorOf,
  UndeclaredRpcError,
} from './error/call-error.ts';
export { DeclaredError, type DeclaredErrorOptions } from './error/declared-error.ts';
export { NonRetryableError } from './error/non-retryable-error.ts';
export { errorFactories, type ErrorFactories, type ErrorFactory } from './error/error-factories.ts';
export { isDeclared } from './error/is-declared.ts';
export { safe, type SafeResult } from './error/safe.ts';
export type { ProcedureTree } from './define/bind.ts';
export type { CallableName } from './define/callable.ts';
export type { ClientOf, ClientProcedure } from './define/client-of.ts';
export { contractInfo, type ContractInfo } from './define/contract-info.ts';
export { defineContract, type Contract } from './define/contract.ts';
export type { ErrorSchemas, PlainErrors } from './define/error-schemas.ts';
export type { Handler, HandlerOptions, HandlersOf, ReportProgress } from './define/handlers-of.ts';
export type {
  InferErrorInputs,
  InferErrors,
  InferHandlerInput,
  InferHandlerOutput,
  InferInput,
  InferOutput,
  InferProgress,
  InferProgressInput,
} from './define/infer.ts';
export { formatIssues, type SchemaIssue } from './define/issues.ts';
export type { ProcedureSettings, ResolvedProcedureSettings } from './define/procedure-settings.ts';
export {
  isProcedure,
  mutation,
  query,
  subscription,
  task,
  type BoundProcedure,
  type DefineProcedure,
  type ProcedureDef,
  type ProcedureOptions,
  type ProcedureType,
  type TaskOptions,
} from './define/procedure.ts';
export {
  isSchema,
  type PlainSchema,
  type Schema,
  type SchemaInput,
  type SchemaOutput,
} from './define/schema.ts';
export {
  DEFAULT_TASK,
  DEFAULT_TASK_TIMEOUT_MS,
  MAX_DELAY_MS,
  MAX_HELD_BACK_MS,
  type ResolvedTaskSettings,
  type TaskSettings,
} from './define/task-settings.ts';
export { validate, type Validation } from './define/validate.ts';
