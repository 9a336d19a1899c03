import type {
  CallHappening,
  Fact,
  FrameFact,
  QueueHappening,
  RunHappening,
  StoreHappening,
} from '../fact.ts';
import { FaultIndex } from './fault-index.ts';
import { ProcessTrace } from './process-trace.ts';
import { QueueIndex } from './queue-index.ts';
import { StoreIndex } from './store-index.ts';
import type { CallTrace, RunTrace } from './traces.ts';

type Told<H> = H & { readonly atMs: number };

/**
 * One pass over a history, from which all oracles read:
 *
 *   process-trace.ts   a process: its role, stalls and end, its runs and claims
 *   queue-index.ts     queues, messages, and the requests in them
 *   fault-index.ts     what excuses what
 *   store-index.ts     keys of the shared reply store, and claims on them
 *
 * and, here, calls and runs.
 */
export class HistoryIndex {
  readonly calls: Map<string, CallTrace> = new Map();
  readonly runs: RunTrace[] = [];
  readonly processes: Map<string, ProcessTrace> = new Map();
  readonly queues: QueueIndex = new QueueIndex();
  readonly store: StoreIndex = new StoreIndex();
  readonly faults: FaultIndex = new FaultIndex();
  /** When a run for the key first succeeded, whichever call it was for. */
  readonly succeededByKey: Map<string, number> = new Map();
  /** What was in queues when all was over. */
  readonly left: Map<string, Extract<QueueHappening, { readonly kind: 'queueLeft' }>> = new Map();
  healedMs: number = Infinity;
  ended: boolean = false;
  /** Of the last fact. */
  lastMs: number = 0;
  readonly #runs = new Map<string, RunTrace>();

  constructor(facts: readonly Fact[]) {
    for (const [order, fact] of facts.entries()) this.#read(fact, order);
  }

  #read(fact: Fact, order: number): void {
    this.lastMs = fact.atMs;
    const process = this.#process(fact.process);
    if (process.closed !== undefined) process.afterwards.push(fact);
    switch (fact.kind) {
      case 'callStarted':
      case 'callAborted':
      case 'callSettled':
        return this.#readCall(fact, process, order);
      case 'runStarted':
      case 'runAborted':
      case 'runEnded':
        return this.#readRun(fact, process, order);
      case 'claimed':
      case 'renewed':
      case 'recorded':
      case 'forgotten':
      case 'abandoned':
        return this.#readStore(fact, process, order);
      case 'stored':
      case 'deduplicated':
      case 'sendFailed':
      case 'queueLeft':
      case 'received':
      case 'deleted':
      case 'handleUsed':
      case 'queueCreated':
      case 'queueDeleteAsked':
      case 'queueDeleted':
      case 'polled':
        return this.#readQueue(fact, process, order);
      case 'started':
      case 'crashed':
      case 'stalled':
      case 'closing':
      case 'closed':
        return process.read(fact, order);
      case 'healed':
        this.healedMs = fact.atMs;
        return;
      case 'ended':
        this.ended = true;
        return;
      case 'fault':
        return this.faults.happened(fact.atom, fact.atMs);
    }
  }

  #process(name: string): ProcessTrace {
    const known = this.processes.get(name);
    if (known !== undefined) return known;
    const process = new ProcessTrace(name);
    this.processes.set(name, process);
    return process;
  }

  #readCall(fact: Told<CallHappening>, process: ProcessTrace, order: number): void {
    const { atMs } = fact;
    switch (fact.kind) {
      case 'callStarted': {
        const { call, idempotencyKey, probe = false, task, timeoutMs } = fact;
        this.calls.set(call, {
          call,
          process,
          order,
          startedMs: atMs,
          timeoutMs,
          idempotencyKey,
          probe,
          task,
          abortedMs: Infinity,
          abortedOrder: Infinity,
          settlements: [],
          runs: [],
          request: undefined,
        });
        return;
      }
      case 'callSettled':
        this.calls.get(fact.call)?.settlements.push({ order, atMs, fact });
        return;
      case 'callAborted': {
        const aborted = this.calls.get(fact.call);
        if (aborted === undefined) return;
        aborted.abortedMs = Math.min(aborted.abortedMs, atMs);
        aborted.abortedOrder = Math.min(aborted.abortedOrder, order);
      }
    }
  }

  #readRun(fact: Told<RunHappening>, process: ProcessTrace, order: number): void {
    if (fact.kind === 'runStarted') return this.#readRunStart(fact, process, order);
    const run = this.#runs.get(fact.run);
    if (run === undefined) return;
    if (fact.kind === 'runAborted') {
      run.abortedMs = Math.min(run.abortedMs, fact.atMs);
      run.abortedOrder = Math.min(run.abortedOrder, order);
      run.abortReason ??= fact.reason;
      return;
    }
    run.endedMs = fact.atMs;
    run.endedOrder = order;
    const { idempotencyKey } = run;
    run.final = fact.final === true;
    if (fact.failed) return;
    run.succeeded = true;
    if (idempotencyKey !== undefined && !this.succeededByKey.has(idempotencyKey))
      this.succeededByKey.set(idempotencyKey, order);
  }

  #readRunStart(
    fact: Told<Extract<RunHappening, { readonly kind: 'runStarted' }>>,
    process: ProcessTrace,
    order: number,
  ): void {
    const { attempt, call, callId, idempotencyKey, idempotent, run } = fact;
    const started = this.calls.get(call);
    // Two procedures may have tasks of one deduplication id, and claim both at a time.
    const procedure = started?.task?.procedure;
    const key =
      procedure === undefined || idempotencyKey === undefined
        ? idempotencyKey
        : `${procedure}/${idempotencyKey}`;
    const trace: RunTrace = {
      run,
      call,
      callId,
      process,
      order,
      startedMs: fact.atMs,
      idempotent,
      claim: process.newestClaim(callId, key),
      idempotencyKey,
      attempt,
      succeeded: false,
      final: false,
      abortedMs: Infinity,
      abortedOrder: Infinity,
      abortReason: undefined,
      endedMs: Infinity,
      endedOrder: Infinity,
    };
    this.#runs.set(run, trace);
    this.runs.push(trace);
    process.runs.push(trace);
    if (started === undefined) return;
    started.runs.push(trace);
    started.request ??= this.queues.requests.get(callId);
  }

  #readStore(fact: Told<StoreHappening>, process: ProcessTrace, order: number): void {
    if (fact.kind === 'claimed') this.store.claimed(fact, process, order);
    else if (fact.kind === 'renewed') this.store.renewed(fact, order);
    else if (fact.kind === 'forgotten') this.store.forgotten(fact);
    else this.store.ended(fact, order);
  }

  #nameRequests(frames: readonly FrameFact[]): void {
    for (const { call, callId } of frames) {
      const started = call === undefined ? undefined : this.calls.get(call);
      if (started !== undefined && callId !== undefined)
        started.request ??= this.queues.requests.get(callId);
    }
  }

  #readQueue(fact: Told<QueueHappening>, process: ProcessTrace, order: number): void {
    const { queues } = this;
    switch (fact.kind) {
      case 'stored':
        queues.stored(fact, process, order);
        return this.#nameRequests(fact.frames);
      case 'sendFailed':
        // What fails in one instant was one request.
        if (process.failedSendsMs.at(-1) !== fact.atMs) process.failedSendsMs.push(fact.atMs);
        return queues.sendFailed(fact, process, order);
      case 'handleUsed':
        return void process.handleUses.push({ ...fact, process: process.name });
      case 'deduplicated':
        queues.deduplicated(fact);
        return this.#nameRequests(fact.frames);
      case 'queueLeft':
        return void this.left.set(fact.queue, fact);
      case 'queueDeleteAsked':
        return queues.deleteAsked(fact, order);
      case 'received':
        return queues.received(fact, process, order);
      case 'deleted':
        return queues.deleted(fact, process, order);
      case 'queueCreated':
        return queues.created(fact, process, order);
      case 'queueDeleted':
        return queues.queueDeleted(fact, process, order);
      case 'polled':
        return queues.polled(fact, process, order);
    }
  }
}
