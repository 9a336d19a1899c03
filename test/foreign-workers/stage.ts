import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from '@replyq/contract/transport';
import type { MessageParts } from '@replyq/contract/wire';
import type { QueueService } from '@replyq/queue';
import { createSqsService, sqsTransport } from '@replyq/sqs';
import { ensureQueues } from '@replyq/tasks';
import { startLocalSqs } from '@replyq/testing';
import { mail } from './mail-contract.ts';
import { startProgram, type Program, type ProgramFile } from './program.ts';

/** A local server with the queues of the mail contract, and a folder for mails. */
export interface Stage extends AsyncDisposable {
  readonly transport: Transport;
  /** Starts a program for the queue; it is killed with the stage. */
  start(file: ProgramFile, args?: readonly string[], env?: Record<string, string>): Program;
  /** All mails so far, in no order. */
  mails(): Promise<readonly string[]>;
  /** Whether a slow mail is on its way. */
  isSending(): boolean;
  /** Puts messages into the queue as they are. */
  put(...messages: readonly MessageParts[]): Promise<void>;
  counts(queue: string): Promise<Counts>;
  urlOf(queue: string): Promise<string>;
}

export interface Counts {
  readonly visible: number;
  readonly hidden: number;
  readonly delayed: number;
}

export const NONE: Counts = { visible: 0, hidden: 0, delayed: 0 };

export async function openStage(): Promise<Stage> {
  const local = await startLocalSqs();
  const { clientConfig, credentials, endpoint, region } = local;
  const transport = sqsTransport({ clientConfig });
  const service = createSqsService({ clientConfig });
  await ensureQueues(transport, [mail]);
  const folder = await mkdtemp(join(tmpdir(), 'replyq-mails-'));
  const urlOf = async (name: string): Promise<string> => {
    const found = await service.getQueueUrl({ name });
    if (found.kind !== 'ok') throw new Error(`${name}: ${found.kind}`);
    return found.queueUrl;
  };
  const queueUrl = await urlOf('mail');
  const surroundings = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: await urlOf('mail-dlq'),
    MAIL_FOLDER: folder,
    // A worker that is killed leaves its own file.
    TMPDIR: folder,
  };
  const programs: Program[] = [];
  return {
    transport,
    urlOf,
    start: (file, args = [], env = {}) => {
      const program = startProgram(file, args, { ...surroundings, ...env });
      programs.push(program);
      return program;
    },
    mails: async () => {
      const files = (await readdir(folder)).filter((file) => file.startsWith('mail.'));
      return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    },
    isSending: () => existsSync(join(folder, 'sending')),
    put: async (...messages) => {
      for (const message of messages) {
        const sent = await service.sendBatch({ queueUrl, entries: [message] });
        if (sent.kind !== 'ok' || sent.entries[0]?.kind !== 'ok') {
          throw new Error(JSON.stringify(sent));
        }
      }
    },
    counts: async (queue) => countsOf(service, await urlOf(queue)),
    [Symbol.asyncDispose]: async () => {
      for (const program of programs) await program[Symbol.asyncDispose]();
      await transport.close();
      await service.close();
      await local.close();
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
  };
}

async function countsOf(service: QueueService, queueUrl: string): Promise<Counts> {
  const found = await service.getQueueAttributes({ queueUrl });
  if (found.kind !== 'ok') throw new Error(found.kind);
  const { delayedCount, inFlightCount, visibleCount } = found.attributes;
  return { visible: visibleCount, hidden: inFlightCount, delayed: delayedCount };
}
