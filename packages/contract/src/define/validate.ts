import type { Schema } from './schema.ts';
import type { SchemaIssue } from './issues.ts';

/** What a schema made of a value: exactly one of the two is there. */
export type Validation<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * Runs `schema` over `value`. At once where the schema is synchronous, else a promise. What the
 * schema itself throws (a failing refinement, say) is thrown on, or rejects.
 */
export function validate<TOutput>(
  schema: Schema<unknown, TOutput>,
  value: unknown,
): Validation<TOutput> | Promise<Validation<TOutput>> {
  const result = schema['~standard'].validate(value);
  return 'then' in result ? result.then(toValidation) : toValidation(result);
}

type SchemaResult<TOutput> = Awaited<ReturnType<Schema<unknown, TOutput>['~standard']['validate']>>;

function toValidation<TOutput>(result: SchemaResult<TOutput>): Validation<TOutput> {
  return result.issues === undefined ? { value: result.value } : { issues: result.issues };
}
