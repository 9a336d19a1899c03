import type { CallEnd, SimResponder } from './call-system.ts';
import type { Simulation, SimHost } from './simulation.ts';
import type { Closable } from './slots.ts';
import type { TaskPlan, TaskWork } from './task-plan.ts';

/** The system that is simulated: how a worker and a producer of tasks are made in a process. */
export interface TaskSystem {
  /** Where tasks are worked from. It is there before anything starts; a FIFO queue by its name. */
  readonly queue: string;
  readonly deadLetterQueue: string;
  /** After so many receives the service itself moves a message there. */
  readonly maxReceiveCount: number;
  openWorker(host: WorkerHost): SimResponder;
  openProducer(host: SimHost): SimProducer;
  /** Processes of other kinds, by the names of their slots: schedulers, say. Closed before the queue is to be empty. */
  readonly others?: Readonly<Record<string, (host: SimHost) => Closable>>;
}

export interface WorkerHost extends SimHost {
  /** What each handler does, and how it is written down. */
  run(request: TaskRunRequest): Promise<unknown>;
}

/** What a handler knows of the task that it works on. */
export interface TaskRunRequest {
  /** The workload's name for it. */
  readonly task: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly work: TaskWork;
  readonly deduplicationId: string | undefined;
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
}

export interface SimProducer {
  /** Several at once only if they are of one procedure. Never rejects; one end for each. */
  enqueue(tasks: readonly TaskPlan[]): Promise<readonly CallEnd[]>;
  close(): Promise<void>;
}

export type TaskSystemOf = TaskSystem | ((simulation: Simulation) => TaskSystem);
