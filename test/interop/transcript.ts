import type { PlainMessage } from './message.ts';

/** What stands in place of whatever differs from run to run. */
export interface Placeholders {
  /** Scheme, host and account: what queue URLs of this server begin with. */
  readonly service?: string;
  /** Of a replyq requester, which begins its queue's name and its call ids. */
  readonly clientId?: string;
}

const PREFIX = '__RequesterClientQueues__';
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const ACCOUNT_URL = /https?:\/\/[^/\s#"]+\/\d{12}(?=\/)/;

/**
 * Texts of one conversation with everything generated replaced by a name, the same thing by the same name:
 * `<service>`, `<uuid 1>`, `<client>`, `<call 1>`. Two conversations with the same names say the same.
 */
export class Normaliser {
  readonly #placeholders: Placeholders;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(placeholders: Placeholders = {}) {
    this.#placeholders = placeholders;
  }

  text(text: string): string {
    const { clientId, service } = this.#placeholders;
    let told = service === undefined ? text : text.replaceAll(service, '<service>');
    if (clientId !== undefined) {
      // The name of its host queue begins with it; all else that does is a call id.
      told = told
        .replaceAll(PREFIX + clientId, `${PREFIX}<client>`)
        .replaceAll(new RegExp(`${clientId}[\\w-]+`, 'g'), (found) => this.#named('call', found));
    }
    return told.replaceAll(UUID, (found) => this.#named('uuid', found));
  }

  message({ attributes, body }: PlainMessage): PlainMessage {
    return {
      body: this.text(body),
      attributes: Object.fromEntries(
        Object.entries(attributes)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { type, value }]) => [name, { type, value: this.text(value) }]),
      ),
    };
  }

  /** `times`: keys whose values are moments, each of which must be a recent one. */
  tags(
    tags: Readonly<Record<string, string>>,
    times: readonly string[],
    nowMs: number,
  ): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(tags)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [
          key,
          times.includes(key) && isRecent(value, nowMs) ? '<now>' : this.text(value),
        ]),
    );
  }

  #named(kind: string, found: string): string {
    const known = this.#names.get(found);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(found, name);
    return name;
  }
}

/** Scheme, host and account of a queue URL. */
export function serviceOf(queueUrl: string): string {
  const service = ACCOUNT_URL.exec(queueUrl)?.[0];
  if (service === undefined) throw new Error(`Not a queue URL: ${queueUrl}`);
  return service;
}

const RECENT_MS = 60_000;

/** Whole milliseconds of the epoch, as Java writes them. */
function isRecent(value: string, nowMs: number): boolean {
  return /^\d{13}$/.test(value) && Math.abs(nowMs - Number(value)) < RECENT_MS;
}
