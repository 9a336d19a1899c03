import { administrationCases } from './administration-cases.ts';
import { attributeCases } from './attribute-cases.ts';
import { batchCases } from './batch-cases.ts';
import { deadLetterCases } from './dead-letter-cases.ts';
import { delayCases } from './delay-cases.ts';
import { directoryCases } from './directory-cases.ts';
import { fifoCases } from './fifo-cases.ts';
import { longPollCases } from './long-poll-cases.ts';
import type { QueueServiceCase } from './queue-service-case.ts';
import { queueLifeCases } from './queue-life-cases.ts';
import { sendReceiveCases } from './send-receive-cases.ts';
import { visibilityCases } from './visibility-cases.ts';

/** What every `QueueService` does, SQS's included: the contract of the port, in cases. */
export const queueServiceCases: readonly QueueServiceCase[] = [
  ...sendReceiveCases,
  ...attributeCases,
  ...batchCases,
  ...visibilityCases,
  ...longPollCases,
  ...delayCases,
  ...fifoCases,
  ...deadLetterCases,
  ...queueLifeCases,
  ...directoryCases,
  ...administrationCases,
];
