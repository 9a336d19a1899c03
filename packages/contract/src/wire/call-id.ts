const CALL_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** 1–128 characters of `[A-Za-z0-9_-]`. */
export function isCallId(text: string): boolean {
  return CALL_ID.test(text);
}
