import type { ReplyStore, ClaimToken } from '@replyq/responder';
import { sharedNowMs } from '../../bench/shared-clock.ts';
import type { Ledger } from './ledger.ts';
import type { RunEvent } from './ledger-line.ts';

type StoreEvent = Extract<RunEvent, { readonly event: 'claimed' | 'recorded' }>;

/** Tells of each claim that may run and of each record that holds, after the store has said so. */
export function loggedStore(
  store: ReplyStore,
  ledger: Pick<Ledger<StoreEvent>, 'tell'>,
): ReplyStore {
  const keys = new Map<ClaimToken, string>();
  return {
    async claim(request) {
      const askedAtMs = sharedNowMs();
      const claim = await store.claim(request);
      // An empty token: the store remembers nothing of this run.
      if (claim.kind === 'run' && claim.token !== '') {
        keys.set(claim.token, request.key);
        ledger.tell({ event: 'claimed', key: request.key, askedAtMs });
      }
      return claim;
    },
    renew: (token, leaseMs) => store.renew(token, leaseMs),
    async record(token, reply) {
      const recorded = await store.record(token, reply);
      const key = keys.get(token);
      if (recorded && key !== undefined) ledger.tell({ event: 'recorded', key });
      keys.delete(token);
      return recorded;
    },
    async abandon(token) {
      keys.delete(token);
      await store.abandon(token);
    },
  };
}
