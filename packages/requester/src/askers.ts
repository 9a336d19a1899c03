import type { Runtime } from '@replyq/contract/transport';
import type { Asker } from './asker.ts';

/** The inside of a requester, for the entries of this package that stand beside the typed client. */
export const askers: WeakMap<object, { readonly asker: Asker; readonly runtime: Runtime }> =
  new WeakMap();
