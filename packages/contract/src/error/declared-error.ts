const brand: unique symbol = Symbol.for('replyq.DeclaredError');

export interface DeclaredErrorOptions<TName extends string, TData> {
  readonly declared: TName;
  readonly data: TData;
  /** Travels to the caller. Default: the name. */
  readonly message?: string;
}

/**
 * What a handler throws to fail with an error of its contract. Made by `errors.<name>()`. The data
 * is what goes into the error's schema; the responder runs the schema before it replies.
 */
export class DeclaredError<TName extends string = string, TData = unknown> extends Error {
  override readonly name = 'DeclaredError';
  /** The name under which the contract declares it. */
  readonly declared: TName;
  readonly data: TData;

  constructor(options: DeclaredErrorOptions<TName, TData>) {
    super(options.message ?? options.declared);
    this.declared = options.declared;
    this.data = options.data;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True also for errors made by another copy of this package. */
  static is(value: unknown): value is DeclaredError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
