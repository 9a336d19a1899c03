import { parseArgs } from 'node:util';
import {
  MEMORY_SUBJECTS,
  SQS_SUBJECTS,
  TASK_SUBJECTS,
  type SubjectName,
  type TaskSubject,
} from './settings.ts';

export const MODES = [
  'closed',
  'scaling',
  'open',
  'idle',
  'memory',
  'pending',
  'shares',
  'tasks',
] as const;

export type Mode = (typeof MODES)[number];

/** Where to measure. */
export type Where =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'aws' }
  | { readonly kind: 'endpoint'; readonly url: string };

export interface BenchOptions {
  readonly mode: Mode;
  readonly where: Where;
  /** Undefined: the mode's own. */
  readonly callers: readonly number[] | undefined;
  readonly payloadBytes: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly repeat: number;
  readonly subjects: readonly SubjectName[];
  /** Of `--mode tasks`. */
  readonly taskSubjects: readonly TaskSubject[];
  /** Of each measurement of `--mode tasks`. */
  readonly tasks: number;
  readonly redisUrl: string;
  readonly rate: number;
  readonly concurrency: number;
  readonly latencyMs: number;
  readonly packing: boolean;
  readonly adapter: 'sdk' | 'lean';
  readonly format: 'table' | 'json' | 'markdown';
  /** The file to which the plot goes. */
  readonly plot: string | undefined;
}

/** What the user got wrong. */
export class UsageError extends Error {}

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const values = valuesOf(args);
  if (values.help) return 'help';
  const transport = oneOf('transport', values.transport, ['sqs', 'memory']);
  const given = oneOf('mode', values.mode, MODES);
  const mode = transport === 'memory' && given === 'closed' ? 'memory' : given;
  if (transport === 'memory' && mode !== 'memory' && mode !== 'pending') {
    throw new UsageError(`--mode ${mode} is over SQS only.`);
  }
  const adapter = oneOf('adapter', values.adapter, ['sdk', 'lean']);
  const latencyMs = number('latency', values.latency, 0, 10_000);
  if (adapter === 'lean' && latencyMs > 0) {
    throw new UsageError('--latency is added in the SDK, which --adapter lean does without.');
  }
  return {
    mode,
    where: whereOf(values),
    callers: values.callers === undefined ? undefined : list('callers', values.callers, 1, 100_000),
    payloadBytes: number('payload', values.payload, 100, 250_000),
    seconds: number('seconds', values.seconds ?? (mode === 'idle' ? '65' : '5'), 0.1, 3600),
    warmUpSeconds: number('warm-up', values['warm-up'], 0, 600),
    repeat: whole('repeat', values.repeat, 1, 100),
    ...subjectsOf(values.subjects, mode),
    tasks: whole('tasks', values.tasks, 1, 1_000_000),
    redisUrl: redisUrlOf(values.redis),
    rate: number('rate', values.rate, 0.1, 100_000),
    concurrency: whole('concurrency', values.concurrency, 1, 100_000),
    latencyMs,
    packing: oneOf('packing', values.packing, ['on', 'off']) === 'on',
    adapter,
    format: formatOf(values),
    plot: values.plot,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        transport: { type: 'string', default: 'sqs' },
        mode: { type: 'string', default: 'closed' },
        callers: { type: 'string' },
        payload: { type: 'string', default: '400' },
        seconds: { type: 'string' },
        'warm-up': { type: 'string', default: '2' },
        repeat: { type: 'string', default: '3' },
        subjects: { type: 'string' },
        rate: { type: 'string', default: '200' },
        concurrency: { type: 'string', default: '512' },
        latency: { type: 'string', default: '0' },
        packing: { type: 'string', default: 'on' },
        adapter: { type: 'string', default: 'sdk' },
        endpoint: { type: 'string' },
        tasks: { type: 'string', default: '30000' },
        redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
        aws: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        plot: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function formatOf({
  json,
  markdown,
}: {
  readonly json: boolean;
  readonly markdown: boolean;
}): BenchOptions['format'] {
  if (json && markdown) throw new UsageError('--json and --markdown name two formats: choose one.');
  if (json) return 'json';
  return markdown ? 'markdown' : 'table';
}

function whereOf({
  aws,
  endpoint,
}: {
  readonly aws?: boolean | undefined;
  readonly endpoint?: string | undefined;
}): Where {
  if (endpoint === undefined) return { kind: aws === true ? 'aws' : 'embedded' };
  if (aws === true) throw new UsageError('--aws and --endpoint name two servers: choose one.');
  const url = URL.parse(endpoint);
  if (url?.protocol === 'http:' || url?.protocol === 'https:')
    return { kind: 'endpoint', url: url.href };
  throw new UsageError(`--endpoint is "${endpoint}": expected http://… or https://….`);
}

function subjectsOf(
  text: string | undefined,
  mode: Mode,
): Pick<BenchOptions, 'subjects' | 'taskSubjects'> {
  if (mode === 'tasks') return { subjects: [], taskSubjects: chosen(text, TASK_SUBJECTS) };
  const all: readonly SubjectName[] = mode === 'memory' ? MEMORY_SUBJECTS : SQS_SUBJECTS;
  return { subjects: chosen(text, all), taskSubjects: [] };
}

function chosen<T extends string>(text: string | undefined, all: readonly T[]): readonly T[] {
  return text === undefined ? all : text.split(',').map((name) => oneOf('subjects', name, all));
}

function redisUrlOf(text: string): string {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === 'redis:' || protocol === 'rediss:') return text;
  throw new UsageError(`--redis is "${text}": expected redis://… or rediss://….`);
}

function oneOf<T extends string>(name: string, text: string, all: readonly T[]): T {
  const found = all.find((each) => each === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} is "${text}": expected ${all.join(', ')}.`);
}

function list(name: string, text: string, min: number, max: number): readonly number[] {
  return text.split(',').map((part) => whole(name, part, min, max));
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = number(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} is "${text}": expected a whole number.`);
}

function number(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} is "${text}": expected ${min} to ${max}.`);
}
