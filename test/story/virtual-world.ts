// Programs over one memory service, in virtual time. Each can be killed, and its service can be scripted.
import type { Observer, ReplyqEvent, Runtime, Timer, Transport } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import {
  createVirtualRuntime,
  ScriptedQueueService,
  type ServiceScript,
  type VirtualRuntime,
} from '@replyq/testing';

export interface VirtualProgram {
  readonly runtime: Runtime;
  readonly transport: Transport;
  /** Told by the transport, and by whoever was given {@link observer}. */
  readonly events: ReplyqEvent[];
  readonly observer: Observer;
  /** Of its own view of the service. */
  readonly script: ServiceScript;
  told<K extends ReplyqEvent['kind']>(kind: K): Extract<ReplyqEvent, { readonly kind: K }>[];
  /** Nothing of it ever happens again, and nobody cleans up after it. */
  kill(): void;
}

export interface VirtualWorld extends AsyncDisposable {
  readonly runtime: VirtualRuntime;
  /** The queues, past all programs. */
  readonly service: QueueService;
  /** `createId`: default the world's own stream of ids. */
  program(createId?: Runtime['createId']): VirtualProgram;
  /** Called, last first, before the transports of the programs that live are closed. */
  atEnd(close: () => Promise<void>): void;
  urlOf(queue: string): Promise<string>;
  count(queue: string): Promise<{ readonly visible: number; readonly inFlight: number }>;
}

export function openVirtualWorld(): VirtualWorld {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const programs: { readonly program: VirtualProgram; readonly isDead: () => boolean }[] = [];
  const closers: (() => Promise<void>)[] = [];
  const world: VirtualWorld = {
    runtime,
    service,
    program(createId = runtime.createId) {
      const opened = openProgram(runtime, service, createId);
      programs.push(opened);
      return opened.program;
    },
    atEnd: (close) => void closers.push(close),
    async urlOf(queue) {
      const found = await service.getQueueUrl({ name: queue });
      if (found.kind !== 'ok') throw new Error(found.error);
      return found.queueUrl;
    },
    async count(queue) {
      const found = await service.getQueueAttributes({ queueUrl: await world.urlOf(queue) });
      if (found.kind !== 'ok') throw new Error(found.error);
      const { inFlightCount, visibleCount } = found.attributes;
      return { visible: visibleCount, inFlight: inFlightCount };
    },
    [Symbol.asyncDispose]: async () => {
      for (const close of closers.toReversed()) await runtime.run(close());
      for (const { isDead, program } of programs)
        if (!isDead()) await runtime.run(program.transport.close());
      await service.close();
      if (runtime.timerCount() > 0) throw new Error(`Left: ${runtime.timerCount()} timers`);
    },
  };
  return world;
}

function openProgram(
  runtime: VirtualRuntime,
  service: QueueService,
  createId: Runtime['createId'],
): { readonly program: VirtualProgram; readonly isDead: () => boolean } {
  const death = new AbortController();
  const timers = new Set<Timer>();
  const own: Runtime = {
    ...runtime,
    createId,
    setTimer(delayMs, fire) {
      if (death.signal.aborted) return { cancel: () => undefined };
      const inner = runtime.setTimer(delayMs, () => {
        timers.delete(timer);
        fire();
      });
      const timer: Timer = {
        cancel: () => {
          timers.delete(timer);
          inner.cancel();
        },
      };
      timers.add(timer);
      return timer;
    },
  };
  const scripted = new ScriptedQueueService(mortal(service, death.signal));
  const events: ReplyqEvent[] = [];
  const observer: Observer = (event) => void events.push(event);
  const transport = memoryTransport({ service: scripted, runtime: own, observer });
  const program: VirtualProgram = {
    runtime: own,
    transport,
    events,
    observer,
    script: scripted.script,
    told: (kind) => events.filter((event): event is never => event.kind === kind),
    kill() {
      for (const timer of timers) timer.cancel();
      death.abort();
    },
  };
  return { program, isDead: () => death.signal.aborted };
}

/** The service as a program sees it: it does not close it, and once dead it is never answered. */
function mortal(service: QueueService, death: AbortSignal): QueueService {
  return new Proxy(service, {
    get: (target, name: keyof QueueService) => {
      if (name === 'close') return () => Promise.resolve();
      const value: unknown = target[name];
      if (typeof value !== 'function') return value;
      if (name === 'checkHost') return value.bind(target);
      return async (request: { readonly signal?: AbortSignal } = {}) => {
        if (death.aborted) return new Promise(() => undefined);
        const { signal } = request;
        const given = { ...request, signal: signal ? AbortSignal.any([signal, death]) : death };
        const answer: unknown = await value.call(target, given);
        return death.aborted ? new Promise(() => undefined) : answer;
      };
    },
  });
}
