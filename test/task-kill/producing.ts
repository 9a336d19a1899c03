import { setTimeout as pause } from 'node:timers/promises';
import { RpcError } from '@replyq/contract';
import type { EnqueueOptions, TasksOf } from '@replyq/requester';
import type { Ledger } from '../kill/ledger.ts';
import type { errands } from './contract.ts';
import type { Errand } from './errand-plan.ts';
import type { ProducerEvent } from './ledger-line.ts';

export interface ProducingOptions {
  /** One shares messages, the others do not. */
  readonly packed: TasksOf<typeof errands>;
  readonly alone: TasksOf<typeof errands>;
  readonly ledger: Pick<Ledger<ProducerEvent>, 'tell'>;
  readonly random: () => number;
  /** About so many a second. */
  readonly rate: number;
}

const MOST_AT_ONCE = 40;

/** Enqueues all, in all ways that there are; what is surely not in the queue is tried again. */
export async function produce(
  errands: readonly Errand[],
  options: ProducingOptions,
): Promise<void> {
  const { random, rate } = options;
  const left = [...errands];
  while (left.length > 0) {
    const batch = left.splice(0, 1 + Math.floor(random() * MOST_AT_ONCE));
    left.push(...(await enqueueAll(batch, options)));
    await pause((batch.length / rate) * 1000 * (0.5 + random()));
  }
}

/** Those that were not taken, as far as is known. */
async function enqueueAll(
  batch: readonly Errand[],
  options: ProducingOptions,
): Promise<readonly Errand[]> {
  const { alone, ledger, packed, random } = options;
  for (const { delayMs, nonce, number, procedure, shared } of batch)
    ledger.tell({ event: 'asked', number, nonce, procedure, delayMs, shared });
  const client = random() < 0.5 ? packed : alone;
  const left: Errand[] = [];
  const taken = ({ nonce, number }: Errand, task: string): void =>
    ledger.tell({ event: 'accepted', number, nonce, task });
  const failed = (errand: Errand, error: RpcError): void => {
    const { code, maybeExecuted } = error;
    const { nonce, number } = errand;
    ledger.tell({ event: 'refused', number, nonce, code, maybeExecuted });
    left.push(errand);
  };
  if (random() < 0.3) {
    const enqueued = batch.map(async (errand) => {
      try {
        const { id } = await client[errand.procedure].enqueue(inputOf(errand), optionsOf(errand));
        taken(errand, id);
      } catch (error) {
        failed(errand, RpcError.from(error));
      }
    });
    await Promise.all(enqueued);
    return left;
  }
  for (const procedure of ['work', 'doomed'] as const) {
    const many = batch.filter((errand) => errand.procedure === procedure);
    const results = await client[procedure].enqueueMany(
      many.map((errand) => ({ input: inputOf(errand), ...optionsOf(errand) })),
    );
    for (const [at, result] of results.entries()) {
      const errand = many[at];
      if (errand === undefined) continue;
      if (result.ok) taken(errand, result.task.id);
      else failed(errand, result.error);
    }
  }
  return left;
}

function inputOf({ failures, fillerLength, nonce, workMs }: Errand) {
  return { nonce, workMs, failures, filler: 'x'.repeat(fillerLength) };
}

function optionsOf({ delayMs, nonce, shared }: Errand): EnqueueOptions {
  return {
    ...(delayMs === 0 ? {} : { delayMs }),
    ...(shared ? { deduplicationId: nonce } : {}),
  };
}
