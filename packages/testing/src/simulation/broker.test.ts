import { describe, expect, test } from 'vitest';
import { emptyOut, sizeOf } from './census.ts';
import type { FaultRates } from './fault-plan.ts';
import { Simulation } from './simulation.ts';

const URL_OF = (queue: string): string => `http://memory.localhost/000000000000/${queue}`;
const SERVICE = { createdVisibleAfterMs: 0 };

function open(rates: FaultRates): Simulation {
  return new Simulation({ seed: 1, rates, service: SERVICE });
}

function kindsOf({ history }: Simulation): readonly string[] {
  return history.facts.map(({ kind }) => kind).filter((kind) => kind !== 'fault');
}

describe('a FIFO queue', () => {
  const message = { body: 'x', attributes: {}, groupId: 'g', deduplicationId: 'd' };

  test('says what it has dropped, and has no message twice', async () => {
    const simulation = open({ duplicate: 1 });
    const { broker } = simulation;
    await broker.service.createQueue({ name: 'q.fifo', attributes: { fifo: true } });
    const parcel = { message, frames: [] };
    await broker.sendBatch('a', 's/1', URL_OF('q.fifo'), [parcel]);
    await broker.sendBatch('a', 's/2', URL_OF('q.fifo'), [parcel]);
    await simulation.runUntil(10_000);
    expect(kindsOf(simulation)).toEqual(['stored', 'deduplicated']);
    expect(await sizeOf(broker, URL_OF('q.fifo'))).toBe(1);
  });
});

test('a fault delays no message past a quarter of an hour', async () => {
  const { broker } = open({ delayed: 1 });
  await broker.service.createQueue({ name: 'q' });
  const message = { body: 'x', attributes: {}, delayMs: 900_000 };
  const sent = await broker.sendBatch('a', 's/1', URL_OF('q'), [{ message, frames: [] }]);
  expect(sent).toMatchObject({ kind: 'ok', entries: [{ kind: 'ok' }] });
});

test('what is in a queue is counted, also what cannot be received', async () => {
  const simulation = open({});
  const { broker, history } = simulation;
  await broker.service.createQueue({ name: 'q' });
  const messages = [{ delayMs: 5000 }, ...Array.from({ length: 12 }, () => ({}))].map((each) => ({
    message: { body: 'x', attributes: {}, ...each },
    frames: [],
  }));
  await broker.sendBatch('a', 's/1', URL_OF('q'), messages.slice(0, 10));
  await broker.sendBatch('a', 's/2', URL_OF('q'), messages.slice(10));
  expect(await sizeOf(broker, URL_OF('q'))).toBe(13);
  await emptyOut(broker, URL_OF('q'), history);
  const left = history.facts.at(-1);
  expect(left).toMatchObject({ kind: 'queueLeft', queue: 'q', hidden: 1 });
  expect(left?.kind === 'queueLeft' && left.messageIds).toHaveLength(12);
  expect(await sizeOf(broker, URL_OF('q'))).toBe(1);
});
