import type { InteropCase } from '../interop-case.ts';
import { contractClientCases } from './contract-client.ts';
import { javaAsksCases } from './java-asks.ts';
import { plugInCases } from './plug-in.ts';
import { replyqAsksCases } from './replyq-asks.ts';
import { sweepingCases } from './sweeping.ts';
import { timeoutCases } from './timeouts.ts';
import { transcriptCases } from './transcript.ts';
import { virtualQueueCases } from './virtual-queues.ts';

export const allCases: readonly InteropCase[] = [
  ...transcriptCases,
  ...javaAsksCases,
  ...replyqAsksCases,
  ...contractClientCases,
  ...timeoutCases,
  ...virtualQueueCases,
  ...plugInCases,
  ...sweepingCases,
];
