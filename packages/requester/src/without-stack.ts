/**
 * Makes an error that records no stack. For errors that are made where an answer, a timer or an
 * abort comes in: their stack would show that place, which is ours and always the same, and never
 * the call that fails. Recording it takes 4 µs, 12 below an abort; the rest of such an error, 0.5.
 *
 * `make` must run nobody else's code.
 */
export function withoutStack<TError extends Error>(make: () => TError): TError {
  const limit = Error.stackTraceLimit;
  // Where Error is frozen this does nothing, and the stack is recorded.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}
