/** Where in a value: property names and array indexes, outermost first. */
export type ValuePath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_$][\w$-]*$/;
const KEY_CHARS = 32;
const PATH_CHARS = 160;

/** `$.user.tags[2]`, safe to print: names are escaped and cut, and so is the whole. */
export function formatValuePath(path: ValuePath): string {
  let text = '$';
  for (const step of path) {
    if (text.length > PATH_CHARS) return `${text}…`;
    text += typeof step === 'number' ? `[${step}]` : formatKey(step);
  }
  return text;
}

function formatKey(key: string): string {
  const short = key.length > KEY_CHARS ? `${key.slice(0, KEY_CHARS)}…` : key;
  if (PLAIN.test(key) && short === key) return `.${key}`;
  const escaped = JSON.stringify(short).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `[${escaped}]`;
}
