import {
  formatIssues,
  validate,
  type Schema,
  type SchemaIssue,
  type Validation,
} from '@replyq/contract';
import { TRPCError } from '@trpc/server';

/** What a schema has made of a value that fits it. */
export interface Fit {
  readonly value: unknown;
}

/**
 * As tRPC's own input parser: a schema that throws has refused the input, too. At once where the
 * schema is synchronous: then nothing need be waited for.
 */
export function checkInput(schema: Schema, input: unknown): Fit | Promise<Fit> {
  return fit(schema, input, (cause) => new TRPCError({ code: 'BAD_REQUEST', cause }));
}

/** As tRPC's own output parser. */
export function checkOutput(schema: Schema, output: unknown): Fit | Promise<Fit> {
  return fit(schema, output, (cause) => {
    const message = 'Output validation failed';
    return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message, cause });
  });
}

function fit(
  schema: Schema,
  value: unknown,
  refusal: (cause: unknown) => TRPCError,
): Fit | Promise<Fit> {
  try {
    const checked = validate(schema, value);
    if (!('then' in checked)) return fitOf(checked);
    return checked.then(fitOf).catch((cause: unknown) => {
      throw refusal(cause);
    });
  } catch (cause) {
    throw refusal(cause);
  }
}

function fitOf(checked: Validation<unknown>): Fit {
  if (checked.issues !== undefined) throw new SchemaMisfit(checked.issues);
  return checked;
}

/** What a value has against its schema. Error formatters and `onError` look for `issues`. */
class SchemaMisfit extends Error {
  override readonly name = 'SchemaMisfit';
  readonly issues: readonly SchemaIssue[];

  constructor(issues: readonly SchemaIssue[]) {
    super(formatIssues(issues));
    this.issues = issues;
  }
}
