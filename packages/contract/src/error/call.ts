/**
 * The promise of a call's output. It remembers, as a type only, which errors the contract declares:
 * name to data. That is how `safe()` can narrow. A plain promise is a call without declared errors.
 */
export interface Call<TOutput, TErrors = NoErrors> extends Promise<TOutput> {
  /** Never there at run time. */
  readonly '~errors'?: TErrors;
}

/** No declared errors: a record without names. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- without names is what is meant
export type NoErrors = Record<never, never>;
