import type { NoErrors } from '../error/call.ts';
import { plainErrors, type ErrorSchemas, type PlainErrors } from './error-schemas.ts';
import { refused } from './names.ts';
import {
  resolveProcedureSettings,
  type ProcedureSettings,
  type ResolvedProcedureSettings,
} from './procedure-settings.ts';
import type { TaskSettings } from './task-settings.ts';
import { isSchema, type PlainSchema, type Schema } from './schema.ts';

export type ProcedureType = 'query' | 'mutation' | 'subscription';

/** What a contract says of one procedure. Made by {@link query}, {@link mutation}, {@link subscription}. */
export interface ProcedureDef<
  TType extends ProcedureType = ProcedureType,
  TInput extends Schema | undefined = Schema | undefined,
  TOutput extends Schema | undefined = Schema | undefined,
  TErrors extends ErrorSchemas = ErrorSchemas,
  TProgress extends Schema | undefined = Schema | undefined,
> {
  readonly type: TType;
  /** Undefined: the procedure takes nothing. */
  readonly input: TInput;
  /** Undefined: the procedure returns nothing. A subscription's is that of one event. */
  readonly output: TOutput;
  /** The declared errors by name; `true` for one without data. It has no prototype. */
  readonly errors: TErrors;
  /** What a task tells of itself while it runs. Undefined: nothing. */
  readonly progress: TProgress;
  readonly settings: ResolvedProcedureSettings;
}

/** A procedure at its place in a contract. */
export interface BoundProcedure<
  TType extends ProcedureType = ProcedureType,
  TInput extends Schema | undefined = Schema | undefined,
  TOutput extends Schema | undefined = Schema | undefined,
  TErrors extends ErrorSchemas = ErrorSchemas,
  TProgress extends Schema | undefined = Schema | undefined,
> extends ProcedureDef<TType, TInput, TOutput, TErrors, TProgress> {
  /** `login`, `user.byId`. */
  readonly path: string;
  /** The contract's name. */
  readonly contract: string;
}

export interface ProcedureOptions<
  TInput extends Schema | undefined,
  TOutput extends Schema | undefined,
  TErrors extends ErrorSchemas,
> extends ProcedureSettings {
  /** Default: takes nothing. */
  readonly input?: TInput;
  /** Default: returns nothing. */
  readonly output?: TOutput;
  /** The errors that a caller should be ready for: name to schema of their data, `true` for none. */
  readonly errors?: TErrors;
}

export interface TaskOptions<
  TInput extends Schema | undefined,
  TOutput extends Schema | undefined,
  TErrors extends ErrorSchemas,
  TProgress extends Schema | undefined,
>
  extends ProcedureOptions<TInput, TOutput, TErrors>, TaskSettings {
  /** What a run may tell whoever waits for the task's result. Default: nothing. */
  readonly progress?: TProgress;
}

/** Defines procedures of one type. Throws an `RpcError` when an option is out of range. */
export type DefineProcedure<TType extends ProcedureType> = <
  TInput extends Schema | undefined = undefined,
  TOutput extends Schema | undefined = undefined,
  TErrors extends ErrorSchemas = NoErrors,
>(
  options?: ProcedureOptions<TInput, TOutput, TErrors>,
) => ProcedureDef<
  TType,
  PlainSchema<TInput>,
  PlainSchema<TOutput>,
  PlainErrors<NoInfer<TErrors>>,
  undefined
>;

/** A procedure that changes nothing: it may be repeated. */
export const query: DefineProcedure<'query'> = define('query');

/** A procedure that changes something: it is not repeated unless `idempotent`. */
export const mutation: DefineProcedure<'mutation'> = define('mutation');

/**
 * A mutation that says how it is tried when it is enqueued: `attempts`, `backoff`, `delayMs`. Its
 * `timeoutMs` is that of one run. Handlers are those of a mutation, and it can be called like one.
 */
export function task<
  TInput extends Schema | undefined = undefined,
  TOutput extends Schema | undefined = undefined,
  TErrors extends ErrorSchemas = NoErrors,
  TProgress extends Schema | undefined = undefined,
>(
  options: TaskOptions<TInput, TOutput, TErrors, TProgress> = {},
): ProcedureDef<
  'mutation',
  PlainSchema<TInput>,
  PlainSchema<TOutput>,
  PlainErrors<NoInfer<TErrors>>,
  PlainSchema<TProgress>
> {
  return made('mutation', options, options.progress, options);
}

/** A procedure that answers with many events. It can be defined, not yet called. */
export const subscription: DefineProcedure<'subscription'> = define('subscription');

/** Shared by all copies of this package, so that one copy can bind what another defined. */
const brand: unique symbol = Symbol.for('replyq.Procedure');

/** True also for procedures defined by another copy of this package. Never throws. */
export function isProcedure(value: unknown): value is ProcedureDef {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}

function define<TType extends ProcedureType>(type: TType): DefineProcedure<TType> {
  return (options = {}) => made(type, options, undefined);
}

function made<
  TType extends ProcedureType,
  TInput extends Schema | undefined,
  TOutput extends Schema | undefined,
  TErrors extends ErrorSchemas,
  TProgress extends Schema | undefined,
>(
  type: TType,
  options: ProcedureOptions<TInput, TOutput, TErrors>,
  progress: TProgress | undefined,
  task?: TaskSettings,
): ProcedureDef<
  TType,
  PlainSchema<TInput>,
  PlainSchema<TOutput>,
  PlainErrors<NoInfer<TErrors>>,
  PlainSchema<TProgress>
> {
  return Object.freeze({
    [brand]: true,
    type,
    input: plainSchema('input', options.input),
    output: plainSchema('output', options.output),
    errors: plainErrors(options.errors),
    progress: plainSchema('progress', progress),
    settings: resolveProcedureSettings(type, options, task),
  });
}

function plainSchema<TSchema extends Schema | undefined>(
  name: string,
  schema: TSchema | undefined,
): PlainSchema<TSchema> {
  if (schema !== undefined && !isSchema(schema)) {
    throw refused(`\`${name}\` is not a Standard Schema: zod 4, valibot and arktype make them.`);
  }
  return schema as PlainSchema<TSchema>;
}
