import type { ReplyToPolicy } from '@replyq/contract/transport';
import { createResponder } from '@replyq/responder';
import { loginText } from '../contract.ts';
import type { World } from '../world.ts';

/** A replyq responder that answers foreign messages in text. Resolves with the URL of its queue. */
export async function serveText(
  world: World,
  queue: string,
  login: (input: string, signal: AbortSignal) => string | Promise<string>,
  policy: { readonly replyTo?: ReplyToPolicy } = {},
): Promise<string> {
  const responder = world.keep(
    createResponder({
      transport: world.transport(),
      observer: world.observe,
      ...policy,
      queue,
      create: true,
      contract: loginText,
      handlers: { login: ({ input, signal }) => login(input, signal) },
    }),
  );
  await responder.start();
  return world.raw.create(queue);
}
