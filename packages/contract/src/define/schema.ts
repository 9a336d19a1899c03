import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * What a contract takes as a schema: anything that speaks Standard Schema (zod 4, valibot, arktype
 * and others). `TInput` is what goes in, `TOutput` what comes out when the schema transforms.
 */
export type Schema<TInput = unknown, TOutput = TInput> = StandardSchemaV1<TInput, TOutput>;

/** What goes into a schema. `void` where there is none. */
export type SchemaInput<TSchema> = TSchema extends Schema
  ? NonNullable<TSchema['~standard']['types']>['input']
  : void;

/** What comes out of a schema. `void` where there is none. */
export type SchemaOutput<TSchema> = TSchema extends Schema
  ? NonNullable<TSchema['~standard']['types']>['output']
  : void;

/**
 * A schema reduced to what both sides need to know of it, so that hovers stay readable and the
 * declarations of a contract do not name the schema library.
 */
export type PlainSchema<TSchema> = TSchema extends Schema
  ? Schema<SchemaInput<TSchema>, SchemaOutput<TSchema>>
  : undefined;

/** Whether `value` speaks Standard Schema. Some schemas are functions. Never throws. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = (value as Partial<Schema>)['~standard'];
  return (
    typeof standard === 'object' &&
    standard !== null &&
    typeof (standard as Partial<Schema['~standard']>).validate === 'function'
  );
}
