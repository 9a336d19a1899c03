/** Batches of sqs-producer, worked off by sqs-consumer ten at a time. Both over the AWS SDK with its default settings. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { Producer } from 'sqs-producer';
import { ApiRequestCounter } from '../api-requests.ts';
import { clientConfigOf } from '../client-config.ts';
import { Credentials } from '../login.ts';
import { deleteQueue, makeQueue, messagesLeft, queueUrlOf } from '../queue-life.ts';
import type { TaskSettings } from '../settings.ts';
import type { TaskProducer, TaskWorker } from './task-subject.ts';

const BATCH_SIZE = 10;

export async function openSqsProducer(settings: TaskSettings): Promise<TaskProducer> {
  const { client, counter } = openClient(settings);
  const producers = new Map<string, Promise<Producer>>();
  const open = async (queue: string): Promise<Producer> => {
    const queueUrl = await queueUrlOf(client, settings, queue);
    return Producer.create({ queueUrl, sqs: client, batchSize: BATCH_SIZE });
  };
  return {
    enqueue: async (queue, inputs) => {
      const messages = inputs.map((input) => ({
        id: String(input.nonce),
        body: JSON.stringify(input),
      }));
      const producer = producers.get(queue) ?? open(queue);
      producers.set(queue, producer);
      await (await producer).send(messages);
    },
    requests: () => counter.total(),
    close: async () => client.destroy(),
  };
}

export async function openSqsConsumerWorker(settings: TaskSettings): Promise<TaskWorker> {
  const { client, counter } = openClient(settings);
  let consumer: Consumer | undefined;
  return {
    makeQueue: async (queue) => void (await makeQueue(settings, queue)),
    start: async (queue, done) => {
      const queueUrl = await queueUrlOf(client, settings, queue);
      const begun = Consumer.create({
        queueUrl,
        sqs: client,
        batchSize: BATCH_SIZE,
        handleMessageBatch: async (messages) => {
          for (const { Body = '' } of messages) done(Credentials.parse(JSON.parse(Body)).nonce);
          return messages;
        },
      });
      begun.on('error', (error) => {
        if (begun.status.isRunning) console.error('sqs-consumer:', error);
      });
      consumer = begun;
      begun.start();
    },
    stop: async () => consumer?.stop({ abort: true }),
    left: (queue) => messagesLeft(settings, queue),
    deleteQueue: (queue) => deleteQueue(settings, queue),
    requests: () => counter.total(),
    close: async () => client.destroy(),
  };
}

function openClient(settings: TaskSettings) {
  const client = new SQSClient(clientConfigOf(settings));
  const counter = new ApiRequestCounter();
  counter.watch(client);
  return { client, counter };
}
