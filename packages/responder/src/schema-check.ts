import { formatIssues, validate, type Schema, type SchemaIssue } from '@replyq/contract';
import { TRPCError } from '@trpc/server';

/** As tRPC's own input parser: a schema that throws has refused the input, too. */
export async function checkInput(schema: Schema, input: unknown): Promise<unknown> {
  try {
    return await fit(schema, input);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
}

/** As tRPC's own output parser. */
export async function checkOutput(schema: Schema, output: unknown): Promise<unknown> {
  try {
    return await fit(schema, output);
  } catch (cause) {
    const message = 'Output validation failed';
    throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message, cause });
  }
}

/** What the schema makes of the value. Throws, or rejects with, a {@link SchemaMisfit}. */
function fit(schema: Schema, value: unknown): unknown {
  const checked = validate(schema, value);
  return 'then' in checked ? checked.then(valueOf) : valueOf(checked);
}

function valueOf(checked: Awaited<ReturnType<typeof validate>>): unknown {
  if (checked.issues !== undefined) throw new SchemaMisfit(checked.issues);
  return checked.value;
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
