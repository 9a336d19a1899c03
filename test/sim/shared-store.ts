import { memoryReplyStore, noReplyStore, type Claim, type ReplyStore } from '@replyq/responder';
import type { SimHost, Simulation } from '@replyq/testing';
import type { Knobs } from './knobs.ts';

/** The reply store of each responder, as the knobs say: none, one of its own, or one that all share. */
export function sharedStoreOf(
  simulation: Simulation,
  { store }: Knobs,
): (host: SimHost) => ReplyStore {
  if (store === 'none') return () => noReplyStore;
  if (store === 'own') return ({ runtime }) => memoryReplyStore({ runtime });
  const { process: runtime } = simulation.openHost('store');
  const shared = memoryReplyStore({ runtime });
  // By token: a store is told no more.
  const keys = new Map<string, string>();
  return (host) => new RemoteStore(host, shared, simulation, keys);
}

/** A store on another machine. It answers late, fails, or does what it was asked and nobody hears of it. */
class RemoteStore implements ReplyStore {
  readonly #host: SimHost;
  readonly #store: ReplyStore;
  readonly #simulation: Simulation;
  readonly #keys: Map<string, string>;
  #records = 0;

  constructor(host: SimHost, store: ReplyStore, simulation: Simulation, keys: Map<string, string>) {
    this.#host = host;
    this.#store = store;
    this.#simulation = simulation;
    this.#keys = keys;
  }

  claim(request: Parameters<ReplyStore['claim']>[0]): Promise<Claim> {
    return this.#host.reach('claim', async () => {
      const claim = await this.#store.claim(request);
      if (claim.kind === 'run' && claim.token !== '') {
        const { key, leaseMs } = request;
        this.#keys.set(claim.token, key);
        this.#tell({ kind: 'claimed', key, token: claim.token, leaseMs });
      }
      return claim;
    });
  }

  renew(token: string, leaseMs: number): Promise<boolean> {
    return this.#host.reach('renew', async () => {
      const renewed = await this.#store.renew(token, leaseMs);
      if (renewed) this.#tell({ kind: 'renewed', key: this.#keyOf(token), token, leaseMs });
      return renewed;
    });
  }

  record(token: string, reply: Parameters<ReplyStore['record']>[1]): Promise<boolean> {
    const subject = `${this.#host.name}/record/${(this.#records += 1)}`;
    return this.#host.reach('record', async () => {
      // Said to be kept, and gone: a failover of the store, say.
      const lost = this.#simulation.plan.happens('recordLost', subject);
      if (lost && !(await this.#store.renew(token, 1))) return false;
      const recorded = lost || (await this.#store.record(token, reply));
      const key = this.#keyOf(token);
      if (recorded) this.#tell({ kind: 'recorded', key, token });
      if (!lost) return recorded;
      await this.#store.abandon(token);
      this.#tell({ kind: 'forgotten', key });
      return true;
    });
  }

  abandon(token: string): Promise<void> {
    return this.#host.reach('abandon', async () => {
      await this.#store.abandon(token);
      this.#tell({ kind: 'abandoned', key: this.#keyOf(token), token });
    });
  }

  #keyOf(token: string): string {
    return this.#keys.get(token) ?? '';
  }

  /** It took effect, whether the asker lives or not. */
  #tell(happening: Parameters<SimHost['tell']>[0]): void {
    this.#simulation.history.add(this.#host.name, happening);
  }
}
