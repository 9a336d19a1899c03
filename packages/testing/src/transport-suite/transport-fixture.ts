import type { Runtime, Transport } from '@replyq/contract/transport';
import type { CreateQueueRequest, QueueService, QueueTransportOptions } from '@replyq/queue';
import type { ServiceScript } from '../service-script.ts';

/** A transport under test and the queues under it. Each case opens one and closes it. */
export interface TransportFixture {
  readonly transport: Transport;
  /** The transport's own. */
  readonly runtime: Runtime;
  readonly features: Readonly<Record<TransportFeature, boolean>>;
  /** The same queues, past the transport. Never scripted; stays open when the transport is closed. */
  readonly service: QueueService;
  /** What the service that the transport uses does next. Given with the feature `faults`. */
  readonly script?: ServiceScript;
  /** Lets time pass: moves virtual time, or waits. */
  elapse(ms: number): Promise<void>;
  /** Awaits `promise`, moving virtual time as far as it takes. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** A name that nothing else uses, at most 30 characters. */
  name(label: string): string;
  /** Makes a queue and waits until it is usable. */
  makeQueue(request?: Partial<Omit<CreateQueueRequest, 'signal'>>): Promise<MadeQueue>;
  /** Timers that are set. Given with the feature `virtualTime`. */
  openTimers?(): number;
  /** Closes the transport, and rejects when a reply queue or a timer of its own is left. */
  close(): Promise<void>;
}

export interface MadeQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

/** What a case wants its transport to be like. */
export interface TransportFixtureOptions {
  readonly transport?: QueueTransportOptions;
  /** How far the transport's wall clock is ahead of the service's. Default 0. */
  readonly clockSkewMs?: number;
}

export type OpenTransportFixture = (options?: TransportFixtureOptions) => Promise<TransportFixture>;

export type TransportFeature =
  /** Time can be moved, so cases may take minutes and measure exactly. */
  | 'virtualTime'
  /** The service under the transport can be scripted to fail. */
  | 'faults'
  | 'fifo'
  /** One receive of the service may bring several messages of a FIFO group. */
  | 'fifoBatches'
  | 'traceHeader';
