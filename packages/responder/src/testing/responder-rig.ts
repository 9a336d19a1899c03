// A responder whose handler takes as many ms as its input says.
import { defineContract, mutation } from '@replyq/contract';
import { z } from 'zod';
import { createResponder, type Responder } from '../create-responder.ts';
import { openWorld, type World } from './world.ts';

export const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number(), timeoutMs: 60_000 }),
});

export interface ResponderRig {
  readonly world: World;
  /** Inputs whose handlers were entered, in order. */
  readonly started: number[];
  /** Handlers that run now, and how many ran at once at most. */
  running: number;
  most: number;
  /** The responder that was made last. */
  responder: Responder;
  /** Its handler ends early only when its signal aborts. */
  make(options?: object): Responder;
  /** A call's value or the code of its error. */
  ask(ms: number): Promise<unknown>;
  /** What is on the request queue. */
  left(): Promise<{ readonly visible: number; readonly inFlight: number }>;
}

export function openResponder(): ResponderRig {
  const world = openWorld();
  const { observer, runtime, transport } = world;
  const make = (options: object = {}): Responder => {
    rig.responder = createResponder({
      transport,
      observer,
      contract: one,
      create: true,
      handlers: { run: ({ input, signal }) => run(input, signal) },
      ...options,
    });
    return rig.responder;
  };
  const run = async (ms: number, signal: AbortSignal): Promise<number> => {
    rig.started.push(ms);
    rig.most = Math.max(rig.most, (rig.running += 1));
    await new Promise<void>((resolve, reject) => {
      const timer = runtime.setTimer(ms, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        reject(signal.reason as Error);
      });
    }).finally(() => (rig.running -= 1));
    return ms;
  };
  const rig: ResponderRig = {
    world,
    started: [],
    running: 0,
    most: 0,
    responder: createResponder({ transport, contract: one, handlers: { run: () => 0 } }),
    make,
    ask: (ms) =>
      world.requester
        .client(one)
        .run(ms)
        .catch((error: { code: string }) => error.code),
    async left() {
      const url = await world.service.getQueueUrl({ name: 'one' });
      if (url.kind !== 'ok') throw new Error(url.error);
      const found = await world.service.getQueueAttributes(url);
      if (found.kind !== 'ok') throw new Error(found.error);
      const { visibleCount, inFlightCount } = found.attributes;
      return { visible: visibleCount, inFlight: inFlightCount };
    },
  };
  return rig;
}
