// Several processes over one service, in virtual time, each of which can be stalled.
import type { ReplyqEvent, ReplyQueue, Runtime, Transport } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService, QueueTransportOptions } from '@replyq/queue';
import { createVirtualRuntime, ScriptedQueueService, type VirtualRuntime } from '@replyq/testing';
import { SWEEP_TAG } from '../sweep-board.ts';

export interface FleetProcess {
  readonly transport: Transport;
  /** What is asked of the service by this process. */
  readonly scripted: ScriptedQueueService;
  readonly events: ReplyqEvent[];
  readonly replyQueues: ReplyQueue[];
  open(clientId: string): Promise<ReplyQueue>;
  /** No timer of it fires for so long; then all that were due do. */
  stall(ms: number): void;
  /** No timer of it ever fires again, and nobody deletes its queues. */
  kill(): void;
  close(): Promise<void>;
}

export interface Fleet {
  readonly runtime: VirtualRuntime;
  readonly service: QueueService;
  process(options?: QueueTransportOptions): FleetProcess;
  /** API requests for sweeping so far, of all processes: all but making queues and heartbeats. */
  sweepCalls(): number;
  marks(): number;
  close(): Promise<void>;
}

export function openFleet(): Fleet {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const processes: FleetProcess[] = [];
  const marksOf = ({ scripted }: FleetProcess): number =>
    scripted.script.requests('tagQueue').filter(({ tags }) => SWEEP_TAG in tags).length;
  return {
    runtime,
    service,
    process(options) {
      const process = openProcess(runtime, service, options);
      processes.push(process);
      return process;
    },
    marks: () => processes.reduce((sum, process) => sum + marksOf(process), 0),
    sweepCalls: () =>
      processes.reduce((sum, process) => {
        const { script } = process.scripted;
        const others =
          script.count('listQueues') +
          script.count('listQueueTags') +
          script.count('getQueueAttributes') +
          script.count('deleteQueue');
        return sum + others + marksOf(process);
      }, 0),
    async close() {
      for (const process of processes) await runtime.run(process.close());
      if (runtime.timerCount() > 0) throw new Error(`Left: ${runtime.timerCount()} timers`);
    },
  };
}

function openProcess(
  runtime: VirtualRuntime,
  service: QueueService,
  options: QueueTransportOptions = {},
): FleetProcess {
  let stalledUntilMs = 0;
  const own: Runtime = {
    ...runtime,
    setTimer(delayMs, fire) {
      let timer = runtime.setTimer(delayMs, due);
      function due(): void {
        const leftMs = stalledUntilMs - runtime.monotonicMs();
        if (leftMs <= 0) fire();
        else if (leftMs < Infinity) timer = runtime.setTimer(leftMs, due);
      }
      return { cancel: () => timer.cancel() };
    },
  };
  // The service is everybody's.
  const scripted = new ScriptedQueueService(
    new Proxy(service, {
      get: (target, name: keyof QueueService) => {
        if (name === 'close') return () => Promise.resolve();
        const value = target[name];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
  );
  const events: ReplyqEvent[] = [];
  const transport = memoryTransport({
    ...options,
    runtime: own,
    service: scripted,
    observer: (event) => void events.push(event),
  });
  const replyQueues: ReplyQueue[] = [];
  return {
    transport,
    scripted,
    events,
    replyQueues,
    async open(clientId) {
      const replyQueue = transport.openReplyQueue({ clientId });
      replyQueues.push(replyQueue);
      const readiness = await runtime.run(replyQueue.ready());
      if (readiness.kind !== 'ready') throw new Error(readiness.error);
      return replyQueue;
    },
    stall(ms) {
      stalledUntilMs = runtime.monotonicMs() + ms;
    },
    kill() {
      stalledUntilMs = Infinity;
    },
    async close() {
      if (stalledUntilMs < Infinity) {
        for (const replyQueue of replyQueues) await replyQueue.close();
      }
      await transport.close();
    },
  };
}
