/** What `send` takes besides the command, as far as a virtual queue heeds it. */
export interface SendOptions {
  readonly abortSignal?: unknown;
}

/** The signal that a caller gave; the SDK also takes its own older kind, which has no listeners but one. */
export function abortSignalOf(options: SendOptions | undefined): AbortSignal | undefined {
  const given = options?.abortSignal;
  if (given instanceof AbortSignal) return given;
  if (typeof given !== 'object' || given === null) return undefined;
  const controller = new AbortController();
  if (Reflect.get(given, 'aborted') === true) controller.abort();
  else Reflect.set(given, 'onabort', () => controller.abort());
  return controller.signal;
}
