import {
  formatIssues,
  validate,
  type Schema,
  type SchemaIssue,
  type Validation,
} from '@replyq/contract';
import { TRPCError } from '@trpc/server';
import { isThenable } from './is-thenable.ts';

/** What a schema has made of a value that fits it. */
export interface Fit {
  readonly value: unknown;
}

/**
 * An input that does not fit is the caller's fault. What the schema throws is not (a database that a refinement
 * asks, say), and stays what it is. At once where the schema is synchronous: then nothing need be waited for.
 */
export function checkInput(schema: Schema, input: unknown): Fit | Promise<Fit> {
  return fit(schema, input, (cause) =>
    cause instanceof SchemaMisfit ? new TRPCError({ code: 'BAD_REQUEST', cause }) : cause,
  );
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
  refusal: (cause: unknown) => unknown,
): Fit | Promise<Fit> {
  try {
    const checked = validate(schema, value);
    const made = 'then' in checked ? Promise.resolve(checked).then(fitOf) : fitOf(checked);
    if (!('then' in made)) return made;
    return made.catch((cause: unknown) => {
      throw refusal(cause);
    });
  } catch (cause) {
    throw refusal(cause);
  }
}

/** Some schemas have an async transform, and call themselves synchronous: the value is a promise then. */
function fitOf(checked: Validation<unknown>): Fit | Promise<Fit> {
  if (checked.issues !== undefined) throw new SchemaMisfit(checked.issues);
  if (!isThenable(checked.value)) return checked;
  return Promise.resolve(checked.value).then((value) => ({ value }));
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
