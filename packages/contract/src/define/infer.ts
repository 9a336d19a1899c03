import type { ErrorSchemas } from './error-schemas.ts';
import type { ProcedureDef } from './procedure.ts';
import type { Schema, SchemaInput, SchemaOutput } from './schema.ts';

/** What the caller gives: the input schema's input. `void` if the procedure takes nothing. */
export type InferInput<TProcedure extends ProcedureDef> = SchemaInput<TProcedure['input']>;

/** What the handler gets: the input schema's output. */
export type InferHandlerInput<TProcedure extends ProcedureDef> = SchemaOutput<TProcedure['input']>;

/** What the handler returns: the output schema's input. `void` if the procedure returns nothing. */
export type InferHandlerOutput<TProcedure extends ProcedureDef> = SchemaInput<TProcedure['output']>;

/** What the caller gets: the output schema's output. */
export type InferOutput<TProcedure extends ProcedureDef> = SchemaOutput<TProcedure['output']>;

/** What the handler tells of itself while it runs: the progress schema's input. */
export type InferProgressInput<TProcedure extends ProcedureDef> = SchemaInput<
  TProcedure['progress']
>;

/** What whoever waits gets of that: the progress schema's output. */
export type InferProgress<TProcedure extends ProcedureDef> = SchemaOutput<TProcedure['progress']>;

/** The declared errors, name to data, as the caller gets them. `undefined`: no data. */
export type InferErrors<TProcedure extends ProcedureDef> = ErrorOutputs<TProcedure['errors']>;

/** The declared errors, name to data, as the handler gives them. `undefined`: no data. */
export type InferErrorInputs<TProcedure extends ProcedureDef> = ErrorInputs<TProcedure['errors']>;

type ErrorOutputs<TErrors extends ErrorSchemas> = {
  readonly [TName in keyof TErrors]: TErrors[TName] extends Schema
    ? SchemaOutput<TErrors[TName]>
    : undefined;
};

type ErrorInputs<TErrors extends ErrorSchemas> = {
  readonly [TName in keyof TErrors]: TErrors[TName] extends Schema
    ? SchemaInput<TErrors[TName]>
    : undefined;
};
