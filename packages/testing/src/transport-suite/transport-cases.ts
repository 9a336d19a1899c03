import { ageCases } from './age-cases.ts';
import { batchingCases } from './batching-cases.ts';
import { carriageCases } from './carriage-cases.ts';
import { closeCases } from './close-cases.ts';
import { fifoCases } from './fifo-cases.ts';
import { packCases } from './pack-cases.ts';
import { packingCases } from './packing-cases.ts';
import { queueRefCases } from './queue-ref-cases.ts';
import { receiveCases } from './receive-cases.ts';
import { receiveFaultCases } from './receive-fault-cases.ts';
import { replyQueueCases } from './reply-queue-cases.ts';
import { replyQueueLifeCases } from './reply-queue-life-cases.ts';
import { replyRouterCases } from './reply-router-cases.ts';
import { sendFaultCases } from './send-fault-cases.ts';
import { sendOutcomeCases } from './send-outcome-cases.ts';
import { settleCases } from './settle-cases.ts';
import { settleFaultCases } from './settle-fault-cases.ts';
import type { TransportCase } from './transport-case.ts';

/** What every `Transport` does: the contract of the seam, in cases. */
export const transportCases: readonly TransportCase[] = [
  ...carriageCases,
  ...packCases,
  ...packingCases,
  ...sendOutcomeCases,
  ...sendFaultCases,
  ...batchingCases,
  ...fifoCases,
  ...receiveCases,
  ...receiveFaultCases,
  ...settleCases,
  ...settleFaultCases,
  ...ageCases,
  ...queueRefCases,
  ...replyQueueCases,
  ...replyQueueLifeCases,
  ...replyRouterCases,
  ...closeCases,
];
