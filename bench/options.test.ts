import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

describe('the command line', () => {
  it('has defaults', () => {
    expect(parseOptions([])).toMatchObject({
      mode: 'closed',
      where: { kind: 'embedded' },
      payloadBytes: 400,
      seconds: 5,
      repeat: 3,
      subjects: ['replyq', 'by-hand', 'floor'],
      packing: true,
      adapter: 'sdk',
    });
  });

  it('takes --transport memory for --mode memory', () => {
    expect(parseOptions(['--transport', 'memory', '--callers', '1,256'])).toMatchObject({
      mode: 'memory',
      callers: [1, 256],
      subjects: ['contract', 'queueLink', 'createCaller'],
    });
  });

  it('takes the subjects of tasks for --mode tasks, and only there', () => {
    const all = ['replyq-packed', 'replyq', 'sqs-consumer', 'bullmq'];
    expect(parseOptions(['--mode', 'tasks'])).toMatchObject({
      mode: 'tasks',
      subjects: [],
      taskSubjects: all,
      tasks: 30_000,
      redisUrl: 'redis://127.0.0.1:6379',
    });
    const some = ['--mode', 'tasks', '--subjects', 'bullmq,replyq', '--tasks', '7'];
    expect(parseOptions(some)).toMatchObject({ taskSubjects: ['bullmq', 'replyq'], tasks: 7 });
    expect(parseOptions([])).toMatchObject({ taskSubjects: [] });
  });

  it.each([
    [['--callers', '1,0'], '--callers is "0": expected 1 to 100000.'],
    [['--callers', '1,'], '--callers is "": expected 1 to 100000.'],
    [['--repeat', '1.5'], '--repeat is "1.5": expected a whole number.'],
    [['--seconds', 'x'], '--seconds is "x": expected 0.1 to 3600.'],
    [['--mode', 'fast'], '--mode is "fast": expected closed, scaling, open, idle, memory,'],
    [['--transport', 'http'], '--transport is "http": expected sqs, memory.'],
    [['--transport', 'memory', '--mode', 'idle'], '--mode idle is over SQS only.'],
    [['--subjects', 'replyq,me'], '--subjects is "me": expected replyq, by-hand, floor.'],
    [['--subjects', 'bullmq'], '--subjects is "bullmq": expected replyq, by-hand, floor.'],
    [
      ['--mode', 'tasks', '--subjects', 'floor'],
      '--subjects is "floor": expected replyq-packed, replyq, sqs-consumer, bullmq.',
    ],
    [['--transport', 'memory', '--mode', 'tasks'], '--mode tasks is over SQS only.'],
    [['--tasks', '0'], '--tasks is "0": expected 1 to 1000000.'],
    [['--redis', 'http://a'], '--redis is "http://a": expected redis://… or rediss://….'],
    [['--packing', 'yes'], '--packing is "yes": expected on, off.'],
    [['--endpoint', 'localhost'], '--endpoint is "localhost": expected http://… or https://….'],
    [['--aws', '--endpoint', 'http://a'], '--aws and --endpoint name two servers: choose one.'],
    [['--json', '--markdown'], '--json and --markdown name two formats: choose one.'],
    [['--adapter', 'lean', '--latency', '12'], '--latency is added in the SDK'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
