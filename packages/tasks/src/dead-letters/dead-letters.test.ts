import { RpcError } from '@replyq/contract';
import type { Transport } from '@replyq/contract/transport';
import { ATTRIBUTE } from '@replyq/contract/wire';
import { memoryTransport } from '@replyq/memory';
import { ScriptedQueueService } from '@replyq/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  dead,
  openDeadLetterRig,
  packMessage,
  taskFrame,
  taskMessage,
  type DeadLetterRig,
} from '../testing/dead-letter-rig.ts';
import type { DeadLetter } from './dead-letter.ts';
import { deadLetters } from './dead-letters.ts';

let rig: DeadLetterRig;
let service: ScriptedQueueService;
let dlq: string;
beforeEach(async () => {
  rig = openDeadLetterRig();
  service = new ScriptedQueueService(rig.service);
  dlq = await rig.makeQueue('work-dlq');
  await rig.makeQueue('work', 'work-dlq');
});

const open = (queue = 'work-dlq') => deadLetters(service, queue, { runtime: rig.runtime });

async function list(): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const all = async (): Promise<void> => {
    for await (const letter of open().list()) letters.push(letter);
  };
  await rig.runtime.run(all());
  return letters;
}

describe('a look at dead letters', () => {
  it('tells what each is, and why it died', async () => {
    await rig.put(dlq, dead(taskMessage('a'), 'work'));
    const [letter] = await list();
    expect(letter).toMatchObject({
      frame: 0,
      frames: 1,
      kind: 'request',
      procedure: 'mail.send',
      contract: 'jobs',
      metadata: { tenant: 't1' },
      input: { kind: 'decoded', value: { id: 'a' } },
      failure: { queue: 'work', code: 'CONFLICT', message: 'it broke', attempts: 5 },
      awaited: false,
      receiveCount: 1,
      sentAtMs: rig.runtime.nowMs() - 2000,
    });
  });

  it('tells each frame of a pack', async () => {
    await rig.put(dlq, packMessage(['a', 'b', 'c']));
    const letters = await list();
    expect(letters.map(({ frame, frames, input }) => [frame, frames, input])).toEqual([
      [0, 3, { kind: 'decoded', value: { id: 'a' } }],
      [1, 3, { kind: 'decoded', value: { id: 'b' } }],
      [2, 3, { kind: 'decoded', value: { id: 'c' } }],
    ]);
    expect(letters[0]?.failure).toBeUndefined();
  });

  it('says so of what is foreign, malformed, or not to be decoded', async () => {
    const header = { type: 'String', value: '{"v":1,' };
    const frame = taskFrame('a');
    const wrong = { ...taskMessage('a'), body: '{"a":' };
    const trpc = taskMessage('a');
    const text = (trpc.attributes[ATTRIBUTE.header]!.value as string).replace('"json"', '"trpc"');
    await rig.put(dlq, { body: 'hello', attributes: {} });
    await rig.put(dlq, { body: frame.body, attributes: { [ATTRIBUTE.header]: header } });
    await rig.put(dlq, wrong);
    await rig.put(dlq, {
      ...trpc,
      attributes: { ...trpc.attributes, [ATTRIBUTE.header]: { type: 'String', value: text } },
    });
    const letters = await list();
    expect(letters.map(({ body, input, kind }) => [kind, input.kind, body])).toEqual([
      ['foreign', 'raw', 'hello'],
      ['malformed', 'raw', frame.body],
      ['request', 'raw', '{"a":'],
      ['request', 'raw', frame.body],
    ]);
    expect(letters[2]?.input).toEqual({ kind: 'raw', why: 'Not JSON.' });
  });

  it('leaves all where it is, and visible', async () => {
    for (let n = 0; n < 25; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    expect(new Set((await list()).map(({ body }) => body)).size).toBe(25);
    expect(await rig.counts(dlq)).toEqual({ visible: 25, inFlight: 0 });
    expect((await list())[0]?.receiveCount).toBe(2);
  });

  it('is given back when whoever asks stops asking', async () => {
    for (let n = 0; n < 25; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    const first = async (): Promise<void> => {
      for await (const letter of open().list()) {
        expect(letter.procedure).toBe('mail.send');
        return;
      }
    };
    await rig.runtime.run(first());
    expect(await rig.counts(dlq)).toEqual({ visible: 25, inFlight: 0 });
  });

  it('ends although new messages keep coming', async () => {
    await rig.put(dlq, taskMessage('old'));
    await rig.runtime.advance(5000);
    let n = 0;
    const busy = new ScriptedQueueService(rig.service);
    const { receive } = busy;
    busy.receive = async (request) => {
      await rig.runtime.advance(2000);
      await rig.put(dlq, taskMessage(`new${(n += 1)}`));
      return receive.call(busy, request);
    };
    const letters: DeadLetter[] = [];
    const all = async (): Promise<void> => {
      for await (const letter of deadLetters(busy, 'work-dlq', { runtime: rig.runtime }).list())
        letters.push(letter);
    };
    await all();
    expect(letters.map(({ body }) => body)).toEqual(['{"id":"old"}']);
    expect(await rig.counts(dlq)).toEqual({ visible: n + 1, inFlight: 0 });
  });

  it('ends with the signal', async () => {
    for (let n = 0; n < 25; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    const ending = new AbortController();
    const letters: DeadLetter[] = [];
    const all = async (): Promise<void> => {
      for await (const letter of open().list({ signal: ending.signal })) {
        letters.push(letter);
        ending.abort();
      }
    };
    await rig.runtime.run(all());
    // What had been read is told.
    expect(letters).toHaveLength(10);
    expect(await rig.counts(dlq)).toEqual({ visible: 25, inFlight: 0 });
  });

  it('can be a peek at a few', async () => {
    for (let n = 0; n < 25; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    expect(await rig.runtime.run(open().peek())).toHaveLength(10);
    expect(await rig.runtime.run(open().peek({ max: 3 }))).toHaveLength(3);
    expect(await rig.counts(dlq)).toEqual({ visible: 25, inFlight: 0 });
    await expect(open().peek({ max: 0 })).rejects.toThrow('max is 0');
    await expect(open().peek({ max: 1001 })).rejects.toThrow('max is 1001');
  });

  it('rejects where the queue cannot be read', async () => {
    service.script.always('receive', { kind: 'fail', failure: 'denied' });
    await expect(rig.runtime.run(open().peek())).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'Cannot read "work-dlq": Scripted: receive is denied',
    });
  });
});

describe('the queue that is meant', () => {
  it('is a dead-letter queue, or has one', async () => {
    const found = { name: 'work-dlq', fifo: false, sources: ['work'], visible: 0, inFlight: 0 };
    expect(await rig.runtime.run(open('work-dlq').find())).toEqual(found);
    expect(await rig.runtime.run(open('work').find())).toEqual(found);
    expect(await rig.runtime.run(open(dlq).find())).toEqual(found);
  });

  it('is refused where it is neither, unless that is said', async () => {
    await rig.makeQueue('plain');
    await expect(rig.runtime.run(open('plain').find())).rejects.toThrow(
      'is not a dead-letter queue',
    );
    await expect(rig.runtime.run(open('none').find())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const orphan = deadLetters(service, 'plain', { runtime: rig.runtime, orphan: true });
    expect(await rig.runtime.run(orphan.find())).toMatchObject({ name: 'plain', sources: [] });
  });

  it('is looked for among all queues where the service does not know who uses it', async () => {
    service.script.always('listDeadLetterSourceQueues', { kind: 'fail', failure: 'invalid' });
    await rig.makeQueue('other', 'work-dlq');
    expect((await rig.runtime.run(open().find())).sources).toEqual(['other', 'work']);
    service.script.always('listQueues', { kind: 'fail', failure: 'denied' });
    expect((await rig.runtime.run(open().find())).sources).toBeUndefined();
    // Its own redrive policy says whose it is.
    expect((await rig.runtime.run(open('work').find())).sources).toEqual(['work']);
  });

  it('is named without the namespace of a transport', async () => {
    const transport = memoryTransport({ service, runtime: rig.runtime, namespace: 'wo' });
    expect((await rig.runtime.run(deadLetters(transport, 'rk').find())).name).toBe('work-dlq');
    const other = { ...transport } satisfies Transport;
    expect(() => deadLetters(other, 'rk')).toThrow(RpcError);
  });
});

describe('nothing is done for options that are misspelt, or none', () => {
  it.each([
    ['redrive', { dryrun: true }, 'redrive: there is no "dryrun"'],
    ['redrive', null, 'redrive: null is not an object'],
    ['redrive', { to: 5 }, 'to is not a queue'],
    ['purge', { confirm: 'work-dlq', dryrun: true }, 'purge: there is no "dryrun"'],
  ] as const)('%s %o', async (method, options, message) => {
    await rig.put(dlq, taskMessage('a'));
    const run = rig.runtime.run<unknown>(open()[method](options as never));
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ name: 'RpcError', code: 'BAD_REQUEST' });
    expect(await rig.counts(dlq)).toEqual({ visible: 1, inFlight: 0 });
  });

  it('of the whole', () => {
    expect(() => deadLetters(service, 'work-dlq', { orfan: true } as never)).toThrow(
      'deadLetters: there is no "orfan"',
    );
  });
});

describe('a purge', () => {
  it('wants the name of the dead-letter queue', async () => {
    await rig.put(dlq, taskMessage('a'));
    for (const confirm of ['work', '', 'WORK-DLQ']) {
      await expect(rig.runtime.run(open('work').purge({ confirm }))).rejects.toThrow('confirm is');
    }
    await expect(open().purge({} as never)).rejects.toThrow('wants the name');
    expect(service.script.count('purgeQueue')).toBe(0);
  });

  it('deletes all, or counts', async () => {
    await rig.put(dlq, taskMessage('a'), taskMessage('b'));
    const confirm = 'work-dlq';
    const dry = await rig.runtime.run(open().purge({ confirm, dryRun: true }));
    expect(dry).toEqual({ queue: 'work-dlq', dryRun: true, found: 2, purged: false });
    const done = await rig.runtime.run(open('work').purge({ confirm }));
    expect(done).toEqual({ queue: 'work-dlq', dryRun: false, found: 2, purged: true });
    expect(await rig.counts(dlq)).toEqual({ visible: 0, inFlight: 0 });
    service.script.always('purgeQueue', { kind: 'fail', failure: 'denied' });
    expect(await rig.runtime.run(open().purge({ confirm }))).toMatchObject({
      purged: false,
      error: 'Scripted: purgeQueue is denied',
    });
  });
});
