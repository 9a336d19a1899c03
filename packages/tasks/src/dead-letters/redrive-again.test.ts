import type { MessageParts } from '@replyq/contract/wire';
import type { QueueService } from '@replyq/queue';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  dead,
  openDeadLetterRig,
  packMessage,
  taskMessage,
  type DeadLetterRig,
} from '../testing/dead-letter-rig.ts';
import { deadLetters } from './dead-letters.ts';
import type { RedriveOptions } from './redrive-options.ts';
import type { RedriveReport } from './redrive-report.ts';

let rig: DeadLetterRig;
let dlq: string;
let work: string;
beforeEach(async () => {
  rig = openDeadLetterRig();
  dlq = await rig.makeQueue('work-dlq');
  work = await rig.makeQueue('work', 'work-dlq');
});

/** Calls `act` when something was sent to `work`. */
function afterSend(act: () => Promise<void>): QueueService {
  const { service } = rig;
  const sendBatch: QueueService['sendBatch'] = async (request) => {
    const sent = await service.sendBatch(request);
    if (request.queueUrl === work) await act();
    return sent;
  };
  return new Proxy(service, {
    get(target, name: keyof QueueService) {
      const own = target[name];
      if (name === 'sendBatch') return sendBatch;
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

/** What comes to `work` fails for good at once: a worker copies it to the dead letters. */
function relapsing(): { readonly service: QueueService; readonly runs: () => number } {
  let runs = 0;
  const service = afterSend(async () => {
    for (const { attributes, body } of await rig.drain(work)) {
      runs += 1;
      await rig.put(dlq, dead({ attributes, body }, 'work'));
    }
  });
  return { service, runs: () => runs };
}

function redrive(service: QueueService, options: RedriveOptions = {}): Promise<RedriveReport> {
  const { runtime } = rig;
  return runtime.run(deadLetters(service, 'work-dlq', { runtime }).redrive(options));
}

const foreign: MessageParts = { body: 'hello', attributes: {} };

describe('R1: a task that fails for good again at once', () => {
  it.each([
    ['with an id', taskMessage('a', { task: 'task-1' })],
    ['without one', taskMessage('a')],
    ['that replyq has not written', foreign],
  ])('is moved once by a run: %s', async (_, message) => {
    await rig.put(dlq, dead(message, 'work'));
    await rig.runtime.advance(5000);
    const { runs, service } = relapsing();
    expect(await redrive(service, { max: 10 })).toMatchObject({ moved: 1, ended: 'empty' });
    expect(runs()).toBe(1);
    expect(await rig.counts(dlq)).toEqual({ visible: 1, inFlight: 0 });
    await rig.runtime.advance(5000);
    expect(await redrive(service, { max: 10 })).toMatchObject({ moved: 1 });
    expect(runs()).toBe(2);
  });

  it('is moved once by a run that takes its message apart', async () => {
    await rig.put(dlq, dead(packMessage(['a', 'b', 'c']), 'work'));
    await rig.runtime.advance(5000);
    const { runs, service } = relapsing();
    expect(await redrive(service, { max: 20 })).toMatchObject({ moved: 3, ended: 'empty' });
    expect(runs()).toBe(3);
  });

  it('is moved once among many, and the others are', async () => {
    for (let n = 0; n < 25; n += 1) {
      await rig.put(dlq, dead(taskMessage(String(n), { task: `task-${n}` }), 'work'));
    }
    await rig.runtime.advance(5000);
    const { runs, service } = relapsing();
    expect(await redrive(service, { max: 60 })).toMatchObject({ moved: 25, ended: 'empty' });
    expect(runs()).toBe(25);
  });

  it('is moved as often as it was there before the run began', async () => {
    for (let n = 0; n < 12; n += 1) await rig.put(dlq, taskMessage('a', { task: 'task-1' }));
    await rig.runtime.advance(5000);
    expect(await redrive(rig.service)).toMatchObject({ moved: 12, ended: 'empty' });
  });
});

it('R1: what SQS moves back at once, with its id and its age, is moved once by a run', async () => {
  await rig.put(dlq, foreign);
  await rig.runtime.advance(5000);
  const service = afterSend(async () => {
    // The sixth receive is one too many for the redrive policy.
    for (let receive = 1; receive <= 6; receive += 1) {
      await rig.service.receive({ queueUrl: work, maxMessages: 10, waitMs: 0, visibilityMs: 0 });
    }
  });
  expect(await redrive(service, { max: 10 })).toMatchObject({ moved: 1, ended: 'empty' });
});
