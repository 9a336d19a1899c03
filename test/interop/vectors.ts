import { readFileSync } from 'node:fs';
import type { PlainMessage } from './message.ts';

type Tags = Readonly<Record<string, string>>;

interface Vectors {
  readonly javaRequest: PlainMessage;
  readonly javaReply: PlainMessage;
  readonly javaHostTags: Tags;
  readonly replyqRequest: PlainMessage;
  readonly javaReplyToReplyq: PlainMessage;
  readonly replyqReply: PlainMessage;
  readonly replyqHostTags: Tags;
}

/** What either side puts on the wire for the request "one" and the reply "re:one", normalised. */
export const vectors = JSON.parse(
  readFileSync(new URL('vectors.json', import.meta.url), 'utf8'),
) as Vectors;
