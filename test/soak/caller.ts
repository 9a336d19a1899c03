import type { ClientOf } from '@replyq/contract';
import type { Observer, Transport } from '@replyq/contract/transport';
import { createRequester, type CallOptions, type Requester } from '@replyq/requester';
import { queueLink } from '@replyq/requester/trpc';
import { createTRPCClient, createTRPCUntypedClient, type TRPCClient } from '@trpc/client';
import superjson from 'superjson';
import { soak } from './contract.ts';
import type { SoakRouter } from './router.ts';

/** The queue of the router; the contract names its own. */
export const ROUTER_QUEUE = 'soak-router';

/** A requester with both clients on it. */
export interface Caller {
  readonly requester: Requester;
  readonly client: ClientOf<typeof soak, CallOptions>;
  readonly trpc: TRPCClient<SoakRouter>;
  /** For paths that the router does not have. */
  readonly untyped: { query(path: string): Promise<unknown> };
}

export function openCaller(transport: Transport, observer: Observer): Caller {
  const requester = createRequester({ transport, observer });
  const links = [queueLink<SoakRouter>({ requester, queue: ROUTER_QUEUE, transformer: superjson })];
  return {
    requester,
    client: requester.client(soak),
    trpc: createTRPCClient<SoakRouter>({ links }),
    untyped: createTRPCUntypedClient<SoakRouter>({ links }),
  };
}
