import type { Runtime } from '@replyq/contract/transport';

/** Characters of a call id after the client id: 132 bits, so that nobody guesses one. */
const CALL_ID_CHARACTERS = 22;

/** Of a call, or of a task whose result is waited for: the reply finds its way by it. */
export function createCallId(clientId: string, runtime: Runtime): string {
  return clientId + runtime.createId(CALL_ID_CHARACTERS);
}
