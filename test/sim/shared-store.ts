import {
  memoryReplyStore,
  noReplyStore,
  type Claim,
  type ReplyStore,
  type ClaimToken,
} from '@replyq/responder';
import type { SimHost, Simulation } from '@replyq/testing';
import type { Knobs } from './knobs.ts';

/** The reply store of each responder, as the knobs say: none, one of its own, or one that all share. */
export function sharedStoreOf(
  simulation: Simulation,
  { store }: Pick<Knobs, 'store'>,
): (host: SimHost) => ReplyStore {
  if (store === 'none') return () => noReplyStore;
  if (store === 'own') return ({ runtime }) => memoryReplyStore({ runtime });
  const { process: runtime } = simulation.openHost('store');
  const shared = memoryReplyStore({ runtime });
  const claims = new RemoteClaims();
  return (host) => new RemoteStore(host, shared, simulation, claims);
}

/** What a claim is called between the machines, and in the history. */
class RemoteClaims {
  readonly #claims: { readonly key: string; readonly token: ClaimToken }[] = [];

  nameOf(key: string, token: ClaimToken): string {
    return `${this.#claims.push({ key, token })}`;
  }

  get(name: string): { readonly key: string; readonly token: ClaimToken } {
    return this.#claims[Number(name) - 1] ?? { key: '', token: '' };
  }
}

/** A store on another machine. It answers late, fails, or does what it was asked and nobody hears of it. */
class RemoteStore implements ReplyStore {
  readonly #host: SimHost;
  readonly #store: ReplyStore;
  readonly #simulation: Simulation;
  readonly #claims: RemoteClaims;
  #records = 0;

  constructor(host: SimHost, store: ReplyStore, simulation: Simulation, claims: RemoteClaims) {
    this.#host = host;
    this.#store = store;
    this.#simulation = simulation;
    this.#claims = claims;
  }

  claim(request: Parameters<ReplyStore['claim']>[0]): Promise<Claim> {
    return this.#host.reach('claim', async () => {
      const claim = await this.#store.claim(request);
      if (claim.kind !== 'run' || claim.token === '') return claim;
      const { key, leaseMs } = request;
      const token = this.#claims.nameOf(key, claim.token);
      this.#tell({ kind: 'claimed', key, token, leaseMs });
      return { kind: 'run', token };
    });
  }

  renew(name: string, leaseMs: number): Promise<boolean> {
    return this.#host.reach('renew', async () => {
      const { key, token } = this.#claims.get(name);
      const renewed = await this.#store.renew(token, leaseMs);
      if (renewed) this.#tell({ kind: 'renewed', key, token: name, leaseMs });
      return renewed;
    });
  }

  record(name: string, reply: Parameters<ReplyStore['record']>[1]): Promise<boolean> {
    const subject = `${this.#host.name}/record/${(this.#records += 1)}`;
    return this.#host.reach('record', async () => {
      const { key, token } = this.#claims.get(name);
      // Said to be kept, and gone: a failover of the store, say.
      const lost = this.#simulation.plan.happens('recordLost', subject);
      if (lost && !(await this.#store.renew(token, 1))) return false;
      const recorded = lost || (await this.#store.record(token, reply));
      if (recorded) this.#tell({ kind: 'recorded', key, token: name });
      if (!lost) return recorded;
      await this.#store.abandon(token);
      this.#tell({ kind: 'forgotten', key });
      return true;
    });
  }

  abandon(name: string): Promise<void> {
    return this.#host.reach('abandon', async () => {
      const { key, token } = this.#claims.get(name);
      await this.#store.abandon(token);
      this.#tell({ kind: 'abandoned', key, token: name });
    });
  }

  /** It took effect, whether the asker lives or not. */
  #tell(happening: Parameters<SimHost['tell']>[0]): void {
    this.#simulation.history.add(this.#host.name, happening);
  }
}
