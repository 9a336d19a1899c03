import { messageBytes, type OutgoingMessage } from '@replyq/queue';
import { ATTRIBUTE, type MessageAttribute } from '@replyq/contract/wire';
import { cook, type Recipe, type RowAttribute, type RowMessage } from './catalogue.ts';

/** What an honest message of the same kind has; `{…}` in a row's texts stands for `tokens`. */
export interface HonestMessage {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly procedure?: string;
  readonly replyTo?: string;
  readonly virtualQueue?: string;
  readonly tokens: Readonly<Record<string, string>>;
}

/** The message of a row: the honest one, with what the row changes. */
export function rowMessage(row: RowMessage, honest: HonestMessage): OutgoingMessage {
  const fill = (recipe: Recipe): string =>
    cook(recipe).replace(/\{(\w+)\}/g, (text, name: string) => honest.tokens[name] ?? text);
  const attributes: Record<string, MessageAttribute> = {};
  const set = (name: string, changed: Recipe | null | undefined, usual?: string): void => {
    const value = changed === undefined ? (row.bare === true ? undefined : usual) : changed;
    if (value === undefined || value === null) return;
    attributes[name] = { type: 'String', value: fill(value) };
  };
  set(ATTRIBUTE.responseQueueUrl, row.replyTo, honest.replyTo);
  set(ATTRIBUTE.virtualQueue, row.virtualQueue, honest.virtualQueue);
  set(ATTRIBUTE.procedure, row.procedure, honest.procedure);
  if (row.rawHeader !== undefined) set(ATTRIBUTE.header, row.rawHeader);
  else if (row.bare !== true)
    attributes[ATTRIBUTE.header] = { type: 'String', value: headerText(row, honest) };
  for (const [name, attribute] of Object.entries(row.attributes ?? {}))
    attributes[name] = attributeOf(attribute, fill);
  const body = row.body === undefined ? honest.body : fill(row.body);
  const message = { body, attributes };
  return {
    ...message,
    ...(row.fillBytes === undefined ? {} : { body: filler(row.fillBytes, message) }),
    ...(row.delayMs === undefined ? {} : { delayMs: row.delayMs }),
  };
}

function attributeOf(
  { base64, type, value = '' }: RowAttribute,
  fill: (recipe: Recipe) => string,
): MessageAttribute {
  return { type, value: base64 === undefined ? fill(value) : Buffer.from(base64, 'base64') };
}

/** Written by hand, so that a row can say what `JSON.stringify` never would. */
function headerText(row: RowMessage, honest: HonestMessage): string {
  const fields = new Map(Object.entries(honest.header));
  const { at } = honest.header;
  if (row.writtenAgoMs !== undefined && typeof at === 'number')
    fields.set('at', at - row.writtenAgoMs);
  for (const [key, value] of Object.entries(row.header ?? {})) fields.set(key, value);
  for (const key of row.without ?? []) fields.delete(key);
  return `{${[...fields].map(([key, value]) => `${JSON.stringify(key)}:${fieldText(value)}`).join(',')}}`;
}

function fieldText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('raw' in value && typeof value.raw === 'string') return value.raw;
  if ('recipe' in value) return JSON.stringify(cook(value.recipe as Recipe));
  return JSON.stringify(value);
}

function filler(bytes: number, message: Pick<OutgoingMessage, 'body' | 'attributes'>): string {
  const others = messageBytes({ ...message, body: '""' });
  return `"${'x'.repeat(bytes - others)}"`;
}
