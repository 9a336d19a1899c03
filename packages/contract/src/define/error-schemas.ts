import { assertName, refused } from './names.ts';
import { isSchema, type PlainSchema, type Schema } from './schema.ts';

/** Declared errors: name to the schema of the data, `true` for an error without data. */
export type ErrorSchemas = Readonly<Record<string, Schema | true>>;

/** {@link ErrorSchemas} with each schema reduced to its input and output. */
export type PlainErrors<TErrors> = TErrors extends ErrorSchemas
  ? {
      readonly [TName in keyof TErrors]: TErrors[TName] extends Schema
        ? PlainSchema<TErrors[TName]>
        : true;
    }
  : never;

/** Copies onto an object without prototype, so that a peer's name can be looked up as it is. */
export function plainErrors<TErrors extends ErrorSchemas>(
  errors: TErrors | undefined,
): PlainErrors<TErrors> {
  const plain: Record<string, Schema | true> = Object.create(null);
  for (const [name, schema] of Object.entries(errors ?? {})) {
    assertName(name, '`errors`');
    if (schema !== true && !isSchema(schema)) {
      throw refused(`The error "${name}" is neither a Standard Schema nor \`true\` (no data).`);
    }
    plain[name] = schema;
  }
  return Object.freeze(plain) as PlainErrors<TErrors>;
}
