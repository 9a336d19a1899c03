import { startLocalSqs } from '@replyq/testing';
import { expect, it } from 'vitest';
import { createLeanSqsService } from './lean-service.ts';
import { leanSqsTransport } from './lean-transport.ts';

it('the transport has the options of the service and of the queue machinery', async () => {
  const server = await startLocalSqs();
  const { clientConfig } = server;
  const operations: string[] = [];
  const transport = leanSqsTransport({
    clientConfig,
    namespace: 'lean-',
    observer: (event) => void (event.kind === 'apiRequest' && operations.push(event.operation)),
  });
  const inbox = await transport.openInbox('q', { create: true });
  await inbox.close();
  await transport.close();
  expect(operations).toContain('CreateQueue');
  const service = createLeanSqsService({ clientConfig });
  const listed = await service.listQueues({ prefix: 'lean-q' });
  expect(listed).toMatchObject({ kind: 'ok', queueUrls: [expect.stringMatching(/\/lean-q$/)] });
  await service.close();
  await server.close();
});

it('the transport refuses what the service refuses', () => {
  const clientConfig = { logger: console };
  expect(() => leanSqsTransport({ clientConfig })).toThrow('clientConfig.logger');
});
