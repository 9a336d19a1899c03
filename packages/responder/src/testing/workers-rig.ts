// Responders with a queue each, whose handlers take as many ms as their input says.
import { defineContract, mutation, task } from '@replyq/contract';
import { sleep, type CallScope } from '@replyq/contract/transport';
import { z } from 'zod';
import { createResponder, type Responder } from '../create-responder.ts';
import { openWorld, type World } from './world.ts';

export const jobs = defineContract('jobs', {
  run: task({ input: z.number(), attempts: 1, timeoutMs: 600_000 }),
  brief: task({ input: z.number(), timeoutMs: 20_000 }),
  ask: mutation({ input: z.number(), output: z.number(), timeoutMs: 600_000 }),
});

export interface Began {
  readonly queue: string;
  readonly atMs: number;
  readonly attempt: number;
}

export interface WorkersRig {
  readonly world: World;
  readonly began: Began[];
  /** Handlers that run now, and how many ran at once at most. */
  running: number;
  most: number;
  /** Makes and starts one. */
  work(queue: string, options?: object): Promise<Responder>;
  /** Makes a responder of the queue, which `close` closes. */
  make(queue: string, options?: object): Responder;
  enqueue(queue: string, count: number, ms: number): Promise<void>;
  /** A call's value or the code of its error. */
  ask(queue: string, ms: number, timeoutMs?: number): Promise<unknown>;
  left(queue: string): Promise<{ readonly visible: number; readonly inFlight: number }>;
  /** Of the first `count` that began, how many were of this queue. */
  share(queue: string, count: number): number;
  /** Receives of all queues so far. */
  receives(): number;
  close(): Promise<void>;
}

/** `tripMs`: see {@link openWorld}. */
export function openWorkers(tripMs?: number): WorkersRig {
  const world = openWorld({}, tripMs);
  const { runtime, transport } = world;
  const made: Responder[] = [];
  const run = async (queue: string, ms: number, call: CallScope): Promise<number> => {
    rig.began.push({ queue, atMs: runtime.monotonicMs(), attempt: call.attempt });
    rig.most = Math.max(rig.most, (rig.running += 1));
    await sleep(runtime, ms);
    rig.running -= 1;
    return ms;
  };
  const rig: WorkersRig = {
    world,
    began: [],
    running: 0,
    most: 0,
    make(queue, options = {}) {
      const work = async (given: { input: number; call: CallScope }): Promise<void> => {
        await run(queue, given.input, given.call);
      };
      const handlers = {
        run: work,
        brief: work,
        ask: (given: { input: number; call: CallScope }) => run(queue, given.input, given.call),
      };
      const more = { transport, queue, handlers, contract: jobs, create: true, ...options };
      const responder = createResponder(more);
      made.push(responder);
      return responder;
    },
    async work(queue, options) {
      const responder = rig.make(queue, options);
      await runtime.run(responder.start());
      return responder;
    },
    async enqueue(queue, count, ms) {
      await world.service.createQueue({ name: queue });
      const tasks = world.requester.tasks(jobs, { queue });
      const all = Array.from({ length: count }, () => ({ input: ms }));
      await runtime.run(tasks.run.enqueueMany(all));
    },
    ask: (queue, ms, timeoutMs = 60_000) =>
      world.requester
        .client(jobs, { queue })
        .ask(ms, { timeoutMs })
        .catch((error: { code: string }) => error.code),
    async left(queue) {
      const url = await world.service.getQueueUrl({ name: queue });
      if (url.kind !== 'ok') throw new Error(url.error);
      const found = await world.service.getQueueAttributes(url);
      if (found.kind !== 'ok') throw new Error(found.error);
      const { inFlightCount, visibleCount } = found.attributes;
      return { visible: visibleCount, inFlight: inFlightCount };
    },
    share: (queue, count) => rig.began.slice(0, count).filter((one) => one.queue === queue).length,
    receives: () =>
      world.events.filter(
        (event) => event.kind === 'apiRequest' && event.operation === 'ReceiveMessage',
      ).length,
    async close() {
      await runtime.run(Promise.all(made.map((responder) => responder.close())));
      await world.close();
    },
  };
  return rig;
}
