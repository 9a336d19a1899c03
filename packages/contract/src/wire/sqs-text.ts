const UNSENDABLE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** What {@link escapeForSqs} escapes: two characters that SQS refuses, and all beyond U+FFFF. */
const ESCAPED = /[\uD800-\uDFFF\uFFFE\uFFFF]/;
const EACH_ESCAPED = new RegExp(ESCAPED, 'g');

/**
 * JSON that SQS takes, and SQS-like servers with it. SQS's set is #x9 #xA #xD #x20–#xD7FF
 * #xE000–#xFFFD #x10000–#x10FFFF; `JSON.stringify` escapes control characters and lone surrogates
 * by itself. Characters beyond U+FFFF would pass SQS, but not every server that stands in for it.
 */
export function escapeForSqs(json: string): string {
  if (!ESCAPED.test(json)) return json;
  return json.replace(EACH_ESCAPED, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/** Whether SQS takes this text as it is. A body with content `text` cannot be escaped. */
export function isSqsText(text: string): boolean {
  return !UNSENDABLE.test(text);
}
