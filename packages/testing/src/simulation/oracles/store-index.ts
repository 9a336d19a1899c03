import type { StoreHappening } from '../fact.ts';
import type { ProcessTrace } from './process-trace.ts';
import type { ClaimTrace, KeyTrace } from './traces.ts';

type Told<K extends StoreHappening['kind']> = Extract<StoreHappening, { readonly kind: K }> & {
  readonly atMs: number;
};

/** The shared reply store, as a history tells of it. */
export class StoreIndex {
  readonly keys: Map<string, KeyTrace> = new Map();
  readonly #byId = new Map<string, KeyTrace[]>();
  readonly #claims = new Map<string, ClaimTrace>();

  claimed(
    { atMs, key: name, leaseMs, token }: Told<'claimed'>,
    by: ProcessTrace,
    order: number,
  ): void {
    const key = this.#key(name);
    const leases = [{ order, untilMs: atMs + leaseMs }];
    const at = { order, atMs, process: by };
    const claim: ClaimTrace = { key, token, ...at, leases, endedOrder: Infinity };
    key.newestToken = token;
    key.claims.push(claim);
    by.claims.set(key.id, claim);
    by.claims.set(name.split('/').slice(-2).join('/'), claim);
    this.#claims.set(token, claim);
  }

  renewed({ atMs, leaseMs, token }: Told<'renewed'>, order: number): void {
    this.#claims.get(token)?.leases.push({ order, untilMs: atMs + leaseMs });
  }

  ended({ atMs, key: name, kind, token }: Told<'recorded' | 'abandoned'>, order: number): void {
    const claim = this.#claims.get(token);
    if (claim !== undefined) claim.endedOrder = Math.min(claim.endedOrder, order);
    if (kind === 'abandoned') return;
    const key = this.#key(name);
    key.records = [...key.records, { order, atMs, token, newest: key.newestToken === token }];
  }

  forgotten({ key: name }: Told<'forgotten'>): void {
    const key = this.#key(name);
    key.records = [];
    key.forgotten = true;
  }

  /** The only key with this last part; undefined: none, or several. */
  keyOf(id: string): KeyTrace | undefined {
    const keys = this.#byId.get(id);
    return keys?.length === 1 ? keys[0] : undefined;
  }

  #key(name: string): KeyTrace {
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    const id = name.slice(name.lastIndexOf('/') + 1);
    const key: KeyTrace = {
      key: name,
      id,
      newestToken: undefined,
      claims: [],
      records: [],
      forgotten: false,
    };
    this.keys.set(name, key);
    const sameId = this.#byId.get(id);
    if (sameId === undefined) this.#byId.set(id, [key]);
    else sameId.push(key);
    return key;
  }
}
