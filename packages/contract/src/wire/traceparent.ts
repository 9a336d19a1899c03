const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]{0,200})?$/;

/** The form that W3C prescribes. Anything else is left out, as W3C asks, and spoils nothing. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}
