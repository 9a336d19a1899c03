/**
 * Reads `Date` headers: epoch milliseconds (whole seconds), undefined for what is none. Answers of
 * one second share theirs, so that most are not parsed again.
 */
export function createDateReader(): (text: string | undefined) => number | undefined {
  let lastText: string | undefined;
  let lastMs: number | undefined;
  return (text) => {
    if (text === lastText) return lastMs;
    const parsed = text === undefined ? Number.NaN : Date.parse(text);
    lastText = text;
    lastMs = Number.isNaN(parsed) ? undefined : parsed;
    return lastMs;
  };
}
