import type { Transport } from '@replyq/contract/transport';
import { wrapTransport } from './wrap-transport.ts';

/** No fault: proves that the wrapping itself breaks nothing. */
export const honest = (inner: Transport): Transport => wrapTransport(inner, {});
