// The rows of catalogue.json as cases: its format is described in README.md.
import { readFileSync } from 'node:fs';
import superjson from 'superjson';

/** A text, or how it is made; so that a megabyte takes a line. */
export type Recipe =
  | string
  | { readonly concat: readonly Recipe[] }
  | { readonly repeat: readonly [unit: Recipe, count: number] }
  | { readonly numbered: readonly [unit: string, count: number, separator: string] }
  | { readonly json: unknown };

export interface RowAttribute {
  readonly type: string;
  readonly value?: Recipe;
  readonly base64?: string;
}

/** What differs from an honest message; null takes a part away. */
export interface RowMessage {
  /** Nothing of ours: neither header nor procedure nor address. */
  readonly bare?: boolean;
  readonly body?: Recipe;
  /** The body is a text that fills the message to this size, attributes included. */
  readonly fillBytes?: number;
  readonly procedure?: Recipe | null;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly without?: readonly string[];
  readonly rawHeader?: Recipe | null;
  readonly replyTo?: Recipe | null;
  readonly virtualQueue?: Recipe | null;
  readonly attributes?: Readonly<Record<string, RowAttribute>>;
  readonly delayMs?: number;
  readonly writtenAgoMs?: number;
  readonly received?: { readonly sentInMs?: number; readonly twice?: boolean };
  readonly copies?: number;
}

export type Answer =
  | 'BAD'
  | 'LARGE'
  | 'NF'
  | 'UNSUPPORTED_VERSION'
  | 'METHOD_NOT_SUPPORTED'
  | 'DROP'
  | 'EXP'
  | 'FOREIGN'
  | 'UNDELIVERABLE'
  | 'OK'
  | 'BR'
  | 'REMOTE'
  | 'IGNORED'
  | 'RELEASED';

export interface Expectation {
  readonly expect: Answer;
  /** `side: both`, as a reply; default: OK stays OK, all else is BR. */
  readonly expectReply?: Answer;
  /** Of a DROP or UNDELIVERABLE: what the observer hears. */
  readonly reason?: string;
  /** Of a refused reply address: the rule that it breaks. */
  readonly rule?: string;
  readonly value?: unknown;
  readonly valueIs?: 'body' | 'json' | 'last';
  /** The value is what superjson itself makes of the body. */
  readonly revived?: boolean;
  /** The value is an Error with these fields, and with no stack of the peer's. */
  readonly errorValue?: { readonly name: string; readonly message: string };
  /** The value is not compared; a request goes to a procedure that does not send it back. */
  readonly large?: boolean;
  readonly error?: Readonly<Record<string, unknown>>;
  /** Replies that are deleted unread. */
  readonly dropped?: number;
  /** How often the body is given to `JSON.parse`. */
  readonly parses?: number;
  /** How many bigints are made of it. */
  readonly bigints?: number;
}

export interface Case extends Expectation {
  readonly id: string;
  readonly name: string;
  readonly side: 'responder' | 'requester' | 'both';
  readonly message: RowMessage;
  readonly caller?: 'plain';
  readonly send?: 'late' | 'unknown';
}

interface RowValue extends Partial<Expectation> {
  readonly name: string;
  readonly body?: Recipe;
  readonly message?: RowMessage;
  readonly caller?: 'plain';
  readonly send?: 'late' | 'unknown';
}

interface Row extends RowValue {
  readonly id: string;
  readonly side: Case['side'];
  readonly values?: readonly RowValue[];
}

export interface Catalogue {
  readonly rows: readonly Row[];
  readonly notApplicable: readonly { readonly id: string; readonly reason: string }[];
}

/** Not imported: a bundler would make an object literal of it, in which `__proto__` is no key. */
export const catalogue = JSON.parse(
  readFileSync(new URL('catalogue.json', import.meta.url), 'utf8'),
) as Catalogue;

export const cases: readonly Case[] = catalogue.rows.flatMap((row) => {
  const { values, ...shared } = row;
  if (values === undefined) return [caseOf(shared, undefined)];
  return values.map((value) => caseOf(shared, value));
});

function caseOf(row: Omit<Row, 'values'>, value: RowValue | undefined): Case {
  const { body, message, name, ...rest } = { ...row, ...value };
  if (rest.expect === undefined) throw new Error(`${row.id} ${name}: no expectation`);
  const header = { ...row.message?.header, ...value?.message?.header };
  return {
    ...rest,
    expect: rest.expect,
    name: value === undefined ? row.name : `${row.name}: ${value.name}`,
    message: { ...row.message, ...message, ...(body === undefined ? {} : { body }), header },
  };
}

/** The text that a recipe makes; `%d` is the number of a numbered piece, `%e` the one after it. */
export function cook(recipe: Recipe): string {
  if (typeof recipe === 'string') return recipe;
  if ('json' in recipe) return JSON.stringify(recipe.json);
  if ('concat' in recipe) return recipe.concat.map(cook).join('');
  if ('repeat' in recipe) return cook(recipe.repeat[0]).repeat(recipe.repeat[1]);
  const [unit, count, separator] = recipe.numbered;
  return Array.from({ length: count }, (_, at) =>
    unit.replaceAll('%d', String(at)).replaceAll('%e', String(at + 1)),
  ).join(separator);
}

/** What an accepted body is, by the row's own word. */
export function valueOfRow({ message, revived, value, valueIs }: Case): unknown {
  const body = cook(message.body ?? '');
  if (valueIs === 'body') return JSON.parse(body);
  if (valueIs === 'last') return JSON.parse(body.slice(body.lastIndexOf('\n') + 1));
  if (valueIs === 'json') return (JSON.parse(body) as { readonly json: unknown }).json;
  return revived === true ? superjson.parse(body) : value;
}
