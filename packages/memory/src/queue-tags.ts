/** SQS: tags of one queue. */
const MAX_TAGS = 50;
const MAX_KEY_CHARACTERS = 128;
const MAX_VALUE_CHARACTERS = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export type QueueTags = Readonly<Record<string, string>>;

/** What is wrong with all the tags that a queue would have, or undefined. */
export function tagsFault(tags: QueueTags): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) return `${entries.length} tags, ${MAX_TAGS} are allowed`;
  for (const [key, value] of entries) {
    const name = JSON.stringify(key.slice(0, 64));
    if (key === '' || key.length > MAX_KEY_CHARACTERS) {
      return `Tag ${name}: the key must have 1 to ${MAX_KEY_CHARACTERS} characters`;
    }
    if (/^aws:/i.test(key)) return `Tag ${name}: the prefix is reserved`;
    if (value.length > MAX_VALUE_CHARACTERS) {
      return `Tag ${name}: the value has more than ${MAX_VALUE_CHARACTERS} characters`;
    }
    if (!CHARACTERS.test(key) || !CHARACTERS.test(value)) {
      return `Tag ${name}: letters, digits, spaces and _.:/=+-@ are allowed`;
    }
  }
  return undefined;
}

/** `added` over `tags`; a key like `__proto__` is a key like others. */
export function mergeTags(tags: QueueTags, added: QueueTags): QueueTags {
  return Object.fromEntries([...Object.entries(tags), ...Object.entries(added)]);
}
