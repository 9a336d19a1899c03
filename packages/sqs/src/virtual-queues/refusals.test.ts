import {
  AddPermissionCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  InvalidAddress,
  InvalidAttributeName,
  InvalidAttributeValue,
  QueueDoesNotExist,
  QueueNameExists,
  SQSClient,
  SendMessageBatchCommand,
  SendMessageCommand,
  UnsupportedOperation,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createOn,
  openVirtualRig,
  receiveFrom,
  sendTo,
  type VirtualRig,
} from '../testing/virtual-rig.ts';
import { withVirtualQueues, type VirtualQueuesClient } from './index.ts';

let rig: VirtualRig;
let client: VirtualQueuesClient;
let host: string;
beforeAll(async () => {
  rig = await openVirtualRig();
});
beforeEach(async () => {
  client = rig.open();
  host = await rig.makeHost();
  rig.requests();
});
afterAll(() => rig.close());

describe('what SQS would refuse', () => {
  const fails = async (
    sending: Promise<unknown>,
    kind: new (...args: never[]) => Error,
  ): Promise<void> => {
    await expect(sending).rejects.toBeInstanceOf(kind);
  };

  it('is refused with the SDK’s own classes, without a request', async () => {
    const queueUrl = await createOn(client, host, 'strict', { VisibilityTimeout: '5' });
    const nobody = `${host}#nobody`;
    await fails(receiveFrom(client, nobody), QueueDoesNotExist);
    await fails(client.send(new DeleteQueueCommand({ QueueUrl: nobody })), QueueDoesNotExist);
    await fails(createOn(client, host, 'strict', { VisibilityTimeout: '6' }), QueueNameExists);
    await fails(createOn(client, host, 'x', { DelaySeconds: '1' }), InvalidAttributeName);
    await fails(createOn(client, host, 'x', { Nonsense: '1' }), InvalidAttributeName);
    await fails(createOn(client, host, 'x', { VisibilityTimeout: '-1' }), InvalidAttributeValue);
    await fails(createOn(client, host, 'x', { FifoQueue: 'true' }), InvalidAttributeValue);
    await fails(createOn(client, queueUrl, 'x'), InvalidAttributeValue);
    await fails(createOn(client, 'nowhere', 'x'), InvalidAttributeValue);
    const AttributeNames = ['Nope' as never];
    const nope = client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames }));
    await fails(nope, InvalidAttributeName);
    const permission = { QueueUrl: queueUrl, Label: 'l', AWSAccountIds: ['1'], Actions: ['*'] };
    await fails(client.send(new AddPermissionCommand(permission)), UnsupportedOperation);
    expect(rig.requests()).toEqual({});
  });

  it('is one attribute too many, because the virtual queue’s name takes one', async () => {
    const queueUrl = await createOn(client, host, 'full');
    const attributes = (count: number): Record<string, { DataType: string; StringValue: string }> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          `a${at}`,
          { DataType: 'String', StringValue: '1' },
        ]),
      );
    const message = (
      count: number,
    ): { MessageBody: string; MessageAttributes: ReturnType<typeof attributes> } => ({
      MessageBody: 'm',
      MessageAttributes: attributes(count),
    });
    const ten = client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...message(10) }));
    await expect(ten).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('[11] exceeds the allowed maximum [10]') as string,
    });
    expect(rig.requests()).toEqual({});
    const batch = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: [
          { Id: 'nine', ...message(9) },
          { Id: 'ten', ...message(10) },
        ],
      }),
    );
    expect(batch.Successful?.map(({ Id }) => Id)).toEqual(['nine']);
    expect(batch.Failed).toMatchObject([
      { Id: 'ten', Code: 'InvalidParameterValue', SenderFault: true },
    ]);
  });

  it('is an address that is no queue’s', async () => {
    for (const bad of ['ftp://h/000000000000/q#v', `${host}/x#v`, 'https://h/q#v', `${host}#`]) {
      await fails(sendTo(client, bad, 'x'), InvalidAddress);
    }
    expect(rig.requests()).toEqual({});
  });

  it('reaches a reader as the service says it: a host queue that does not exist', async () => {
    const queueUrl = await createOn(client, host, 'orphaned');
    const waiting = receiveFrom(client, queueUrl, { WaitTimeSeconds: 20 });
    const deleteWhenRead = async (): Promise<void> => {
      await expect.poll(() => rig.requests()['ReceiveMessage'] ?? 0).toBe(1);
      await client.send(new DeleteQueueCommand({ QueueUrl: host }));
    };
    await Promise.all([fails(waiting, QueueDoesNotExist), deleteWhenRead()]);
    await fails(receiveFrom(client, queueUrl), QueueDoesNotExist);
  });

  it('reaches a reader as the SDK says it: what the host queue’s receives come to', async () => {
    const sdk = new SQSClient({ ...rig.server.clientConfig, maxAttempts: 1 });
    sdk.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'ReceiveMessageCommand') return next(args);
        throw Object.assign(new Error('not you'), { name: 'AccessDenied' });
      },
      { step: 'finalizeRequest', name: 'deny' },
    );
    const denied = withVirtualQueues(sdk);
    const queueUrl = await createOn(denied, host, 'denied');
    for (const WaitTimeSeconds of [20, 0]) {
      const error = receiveFrom(denied, queueUrl, { WaitTimeSeconds });
      await expect(error).rejects.toMatchObject({ name: 'AccessDenied', message: 'not you' });
    }
    await denied.close();
    sdk.destroy();
  });
});

describe('the host of a virtual queue’s URL', () => {
  it('is never called: a client without an endpoint calls its own region’s', async () => {
    const called: string[] = [];
    const requestHandler = {
      handle: async ({ hostname }: { readonly hostname: string }): Promise<never> => {
        called.push(hostname);
        throw Object.assign(new Error('stop'), { name: 'AccessDenied' });
      },
    };
    const { credentials } = rig.server;
    const config = { region: 'eu-central-1', credentials, requestHandler, maxAttempts: 1 };
    const sdk = new SQSClient(config);
    const foreign = 'https://evil.example/000000000000/q';
    const mine = withVirtualQueues(sdk);
    await expect(sendTo(mine, `${foreign}#v`, 'x')).rejects.toThrow('stop');
    const queueUrl = await createOn(mine, foreign, 'v');
    await expect(receiveFrom(mine, queueUrl, { WaitTimeSeconds: 1 })).rejects.toThrow('stop');
    expect(new Set(called)).toEqual(new Set(['sqs.eu-central-1.amazonaws.com']));
    await mine.close();
  });
});
