/** All but #x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD, #x10000–#x10FFFF. */
// oxlint-disable-next-line no-control-regex -- three of them are allowed
const FOREIGN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Whether `text` has a character that SQS refuses: a control character or half a surrogate pair. */
export function hasForeignCharacter(text: string): boolean {
  return FOREIGN.test(text);
}
