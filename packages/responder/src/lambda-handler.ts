/**
 * A Lambda function behind an SQS queue: the answerer without a poll loop. Lambda receives and
 * deletes; what is not answered is named in `batchItemFailures` and stays in the queue.
 *
 *   lambda-event.ts    what Lambda sends and takes
 *   lambda-frames.ts   a record as the frames that the answerer knows
 *
 * This file owns the answerers, one per queue, and the order within a group.
 */
import { RpcError } from '@replyq/contract';
import { isFifo, notify, type Outbox, type Transport } from '@replyq/contract/transport';
import type { AnyTRPCRouter } from '@trpc/server';
import { Answerer } from './answerer.ts';
import { deadLettersOf } from './dead-letters-of.ts';
import type { SqsBatchResponse, SqsEvent, SqsRecord } from './lambda-event.ts';
import { incomingFrames } from './lambda-frames.ts';
import {
  resolveAnswererSettings,
  resolveServices,
  type AnswererSettings,
  type ContractService,
  type ContractsService,
  type RouterService,
  type ServiceOptions,
} from './responder-options.ts';

/** Everything but what is served. */
export interface LambdaOptions extends AnswererSettings {
  /** Sends the replies. Made outside of the function, so that it outlives one event. */
  readonly transport: Transport;
}

export type LambdaHandlerOptions<
  TContract extends object,
  TRouter extends AnyTRPCRouter,
  TCtx,
> = ServiceOptions<TContract, TRouter, TCtx> & LambdaOptions;

/**
 * Resolves when every record is settled and every reply accepted. Rejects only with an `RpcError`
 * BAD_REQUEST for an event that is not SQS's; then Lambda keeps the whole batch.
 */
export type LambdaHandler = (event: SqsEvent) => Promise<SqsBatchResponse>;

/**
 * The function that answers requests which Lambda received. The event source mapping wants
 * `ReportBatchItemFailures`, or a failed record takes the others of its batch back with it; the
 * queue's visibility timeout should be six times the function's timeout, as AWS advises. How soon
 * a record that is left in the queue comes again is that timeout's, not the answerer's.
 *
 * Throws an `RpcError` that says which option is out of range or which handler is missing.
 */
export function createLambdaHandler<TRouter extends AnyTRPCRouter>(
  options: RouterService<TRouter> & LambdaOptions,
): LambdaHandler;
export function createLambdaHandler<TCtx = object>(
  options: ContractsService<TCtx> & LambdaOptions,
): LambdaHandler;
export function createLambdaHandler<TContract extends object, TCtx = object>(
  options: ContractService<TContract, TCtx> & LambdaOptions,
): LambdaHandler;
export function createLambdaHandler<TContract extends object, TRouter extends AnyTRPCRouter, TCtx>(
  options: LambdaHandlerOptions<TContract, TRouter, TCtx>,
): LambdaHandler {
  const { transport } = options;
  const { runtime } = transport;
  const settings = resolveAnswererSettings(options, runtime);
  const { createContext, table } = resolveServices(options);
  // Lambda freezes and ends a function without a word to it.
  const never = new AbortController().signal;
  const answerers = new Map<string, Promise<Answerer>>();

  const open = async (arn: string): Promise<Answerer> => {
    const replies = await transport.openReplies(arn, settings.replyTo);
    const queue = nameOf(arn);
    const ends = { draining: never, closing: never };
    const about = { runtime, table, replies, settings, createContext, queue, ...ends };
    const own = (): Outbox => transport.outbox(arn);
    const deadLetters = (): Outbox | undefined =>
      deadLettersOf(transport, replies, options.deadLetterQueue);
    // A record is one failure or none: a pack would repeat its good frames with a bad one. And what an
    // invocation waits is paid for.
    const manner = { maxWaiting: 0, patientReplies: false, packs: () => 0 };
    return new Answerer({ ...about, ...manner, own, deadLetters });
  };

  /** One per queue, kept; a failure is not kept, so that the next event tries again. */
  const answererOf = (arn: string): Promise<Answerer> => {
    const known = answerers.get(arn);
    if (known !== undefined) return known;
    const opening = open(arn);
    answerers.set(arn, opening);
    opening.catch(() => answerers.delete(arn));
    return opening;
  };

  /** Whether every frame of the record is done with. */
  const answer = async (record: SqsRecord): Promise<boolean> => {
    try {
      const answerer = await answererOf(record.eventSourceARN);
      const settlements = await Promise.all(
        incomingFrames(record, runtime).map((incoming) => answerer.answer(incoming)),
      );
      return settlements.every(({ kind }) => kind === 'ack');
    } catch (error) {
      const queue = nameOf((record as Partial<SqsRecord> | null)?.eventSourceARN);
      notify(settings.observer, { kind: 'answererFailed', queue, error });
      return false;
    }
  };

  return async (event) => {
    const failed = new Set<SqsRecord>();
    await Promise.all(
      lanesOf(event).map(async (lane) => {
        for (const [index, record] of lane.entries()) {
          if (await answer(record)) continue;
          // What follows in its group must not overtake it.
          for (const left of lane.slice(index)) failed.add(left);
          return;
        }
      }),
    );
    const inOrder = event.Records.filter((record) => failed.has(record));
    return { batchItemFailures: inOrder.map((record) => ({ itemIdentifier: idOf(record) })) };
  };
}

/** Records that are answered one after the other: those of one group of one FIFO queue. */
function lanesOf(event: SqsEvent): readonly (readonly SqsRecord[])[] {
  if (!Array.isArray((event as Partial<SqsEvent> | undefined)?.Records)) {
    const message = 'Not an event of SQS: it has no Records.';
    throw new RpcError({ code: 'BAD_REQUEST', message });
  }
  const groups = new Map<unknown, SqsRecord[]>();
  for (const record of event.Records) {
    const lane = laneOf(record);
    const known = groups.get(lane);
    if (known === undefined) groups.set(lane, [record]);
    else known.push(record);
  }
  return [...groups.values()];
}

/** Without an id Lambda takes the whole batch for failed. */
function idOf(record: SqsRecord): string {
  return (record as Partial<SqsRecord> | null)?.messageId ?? '';
}

/** A record of a standard queue is a lane of its own; its group, if any, is a tenant. */
function laneOf(record: SqsRecord): unknown {
  const { attributes, eventSourceARN: arn } = (record ?? {}) as Partial<SqsRecord>;
  return typeof arn === 'string' && isFifo(arn)
    ? `${arn} ${attributes?.MessageGroupId ?? ''}`
    : record;
}

function nameOf(arn: string | undefined): string {
  if (typeof arn !== 'string') return 'unknown';
  return arn.slice(arn.lastIndexOf(':') + 1);
}
