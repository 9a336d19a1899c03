import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  ATTRIBUTE,
  formatTaskFailure,
  readMessage,
  writeMessage,
  writePack,
  type MessageParts,
  type WireFrame,
} from '@replyq/contract/wire';
import type { QueueService } from '@replyq/queue';
import { createLeanSqsService } from '@replyq/sqs/lean';
import { ensureQueues } from '@replyq/tasks';
import { startLocalSqs, type LocalSqs } from '@replyq/testing';
import { BATCH, FRAMES_PER_PACK, HIDDEN_MS, PACK_EVERY } from './settings.ts';

export interface RedriveKillOptions {
  readonly letters: number;
  /** SIGKILLs, each somewhere in the middle of a run. */
  readonly kills: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly say: (text: string) => void;
}

export interface RedriveKillResult {
  readonly letters: number;
  readonly kills: number;
  /** How many had been moved at each kill, as the process had last told. */
  readonly movedAtKills: readonly number[];
  readonly lost: number;
  /** Copies beyond the first. */
  readonly doubled: number;
  readonly leftDead: number;
  readonly stillFailed: number;
}

const QUEUE = 'work';
/** So long takes a batch: it is killed at any point of one. */
const KILL_WITHIN_MS = 15;

/** Dead letters, and redrives that are killed until one is left alone; then all is counted. */
export async function runRedriveKill(options: RedriveKillOptions): Promise<RedriveKillResult> {
  const { kills, letters, random, say } = options;
  await using server = await startLocalSqs();
  const service = createLeanSqsService({ clientConfig: server.clientConfig });
  try {
    await ensureQueues(service, [{ queue: QUEUE }]);
    const work = await urlOf(service, QUEUE);
    const dead = await urlOf(service, `${QUEUE}-dlq`);
    await fill(service, dead, letters);
    say(`${letters} dead letters are there.`);
    const movedAtKills: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const left = letters - movedAtKills.reduce((sum, moved) => sum + moved, 0);
      const after = Math.floor((left * (0.2 + 0.6 * random())) / (kills - kill));
      const moved = await redriveUntil(server, after, random() * KILL_WITHIN_MS);
      movedAtKills.push(moved);
      say(`Killed after ${moved} of ${left}.`);
      // What the dead process had read comes back.
      await delay(HIDDEN_MS + 500);
    }
    const moved = await redriveUntil(server, Infinity, 0);
    say(`Left alone: moved ${moved}.`);
    const counts = new Map<string, number>();
    let stillFailed = 0;
    for (const message of await drain(service, work)) {
      if (Object.hasOwn(message.attributes, ATTRIBUTE.failure)) stillFailed += 1;
      for (const { body } of readMessage(message)) counts.set(body, (counts.get(body) ?? 0) + 1);
    }
    const leftDead = (await drain(service, dead)).length;
    const arrived = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return {
      letters,
      kills,
      movedAtKills,
      lost: letters - counts.size,
      doubled: arrived - counts.size,
      leftDead,
      stillFailed,
    };
  } finally {
    await service.close();
  }
}

/** What the process had moved when it was killed, or when it was done. */
async function redriveUntil(
  { endpoint }: LocalSqs,
  killAfter: number,
  lateMs: number,
): Promise<number> {
  const file = fileURLToPath(new URL('redriver.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [file, endpoint, QUEUE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
  let moved = 0;
  let done = false;
  let dying = false;
  if (child.stdout === null) throw new Error('A child without an output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, value = ''] = line.split(' ');
    if (word === 'done') done = true;
    if (word === 'moved') moved = Number(value);
    if (word === 'moved' && moved >= killAfter && !dying) {
      dying = true;
      setTimeout(() => child.kill('SIGKILL'), lateMs);
    }
  }
  const code = await exited;
  if (killAfter === Infinity && (!done || code !== 0)) throw new Error(`It ended with ${code}.`);
  return moved;
}

async function urlOf(service: QueueService, name: string): Promise<string> {
  const found = await service.getQueueUrl({ name });
  if (found.kind !== 'ok') throw new Error(found.error);
  return found.queueUrl;
}

async function fill(service: QueueService, queueUrl: string, letters: number): Promise<void> {
  const messages: MessageParts[] = [];
  for (let id = 0; id < letters;) {
    const isPack = messages.length % PACK_EVERY === 0 && id + FRAMES_PER_PACK <= letters;
    const count = isPack ? FRAMES_PER_PACK : 1;
    const frames = Array.from({ length: count }, (_, at) => taskFrame(id + at));
    messages.push(failed(isPack ? writePack(frames) : writeMessage(frames[0]!)));
    id += count;
  }
  for (let at = 0; at < messages.length; at += BATCH) {
    const sent = await service.sendBatch({ queueUrl, entries: messages.slice(at, at + BATCH) });
    if (sent.kind !== 'ok' || sent.entries.some(({ kind }) => kind !== 'ok')) {
      throw new Error('A dead letter was not taken');
    }
  }
}

function taskFrame(id: number): WireFrame {
  const header = {
    v: 1,
    type: 'mutation',
    contract: 'jobs',
    timeoutMs: 1000,
    at: 1,
    content: 'json',
  };
  return { procedure: 'send', header, body: JSON.stringify({ id }), attributes: {} };
}

function failed(message: MessageParts): MessageParts {
  const failure = { queue: QUEUE, code: 'CONFLICT', message: 'no', attempts: 5, at: 1 };
  const value = formatTaskFailure(failure);
  const attributes = { ...message.attributes, [ATTRIBUTE.failure]: { type: 'String', value } };
  return { ...message, attributes };
}

async function drain(service: QueueService, queueUrl: string): Promise<readonly MessageParts[]> {
  const drained: MessageParts[] = [];
  for (let empty = 0; empty < 2;) {
    const request = { queueUrl, maxMessages: BATCH, waitMs: 1000, visibilityMs: 60_000 };
    const got = await service.receive(request);
    if (got.kind !== 'ok') throw new Error(got.error);
    empty = got.messages.length === 0 ? empty + 1 : 0;
    drained.push(...got.messages);
    const receiptHandles = got.messages.map(({ receiptHandle }) => receiptHandle);
    if (receiptHandles.length > 0) await service.deleteBatch({ queueUrl, receiptHandles });
  }
  return drained;
}
