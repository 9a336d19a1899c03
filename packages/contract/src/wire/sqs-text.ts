/** The characters outside SQS's set that `JSON.stringify` leaves as they are. */
const UNSENDABLE_IN_JSON = /[\uFFFE\uFFFF]/;
const UNSENDABLE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * JSON that SQS takes. Its set is #x9 #xA #xD #x20–#xD7FF #xE000–#xFFFD #x10000–#x10FFFF;
 * `JSON.stringify` escapes control characters and lone surrogates by itself, but not these two.
 */
export function escapeForSqs(json: string): string {
  if (!UNSENDABLE_IN_JSON.test(json)) return json;
  return json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}

/** Whether SQS takes this text as it is. A body with content `text` cannot be escaped. */
export function isSqsText(text: string): boolean {
  return !UNSENDABLE.test(text);
}
