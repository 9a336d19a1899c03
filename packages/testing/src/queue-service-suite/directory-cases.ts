import { expectEqual, expectFailure, expectOk } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';

/** Lists and tags. */
export const directoryCases: readonly QueueServiceCase[] = [
  queueServiceCase('queues are listed by prefix, in the order of their names', async (f) => {
    const prefix = f.queueName('list');
    const names = ['-b', '-a', '-c', ''].map((end) => `${prefix}-x${end}`);
    for (const name of [...names, `${prefix}-y`]) await f.makeQueue({ name });
    const result = await f.service.listQueues({ prefix: `${prefix}-x` });
    const listed = expectOk(result, 'ListQueues').queueUrls.map((url) => url.split('/').at(-1));
    expectEqual(listed, names.toSorted(), 'Names');
  }),
  queueServiceCase('a deleted queue is not listed', async (f) => {
    const name = f.queueName('unlisted');
    const queueUrl = await f.makeQueue({ name });
    expectOk(await f.service.deleteQueue({ queueUrl }), 'DeleteQueue');
    const result = await f.service.listQueues({ prefix: name });
    expectEqual(expectOk(result, 'ListQueues').queueUrls, [], 'Queues');
  }),
  queueServiceCase('a prefix that nothing has lists nothing', async (f) => {
    const result = await f.service.listQueues({ prefix: f.queueName('nothing') });
    expectEqual(expectOk(result, 'ListQueues').queueUrls, [], 'Queues');
  }),
  queueServiceCase('a queue has the tags it was made with', async (f) => {
    const queueUrl = await f.makeQueue({ tags: { team: 'auth', 'last:seen': '2026-01-01 é' } });
    const result = await f.service.listQueueTags({ queueUrl });
    const { tags } = expectOk(result, 'ListQueueTags');
    expectEqual({ ...tags }, { team: 'auth', 'last:seen': '2026-01-01 é' }, 'Tags');
  }),
  queueServiceCase('tagging adds and replaces, and leaves other tags', async (f) => {
    const queueUrl = await f.makeQueue({ tags: { kept: '1', replaced: '1' } });
    const tags = { replaced: '2', added: '' };
    expectOk(await f.service.tagQueue({ queueUrl, tags }), 'TagQueue');
    const result = await f.service.listQueueTags({ queueUrl });
    const all = { ...expectOk(result, 'ListQueueTags').tags };
    expectEqual(all, { kept: '1', replaced: '2', added: '' }, 'Tags');
  }),
  queueServiceCase('a queue without tags lists none', async (f) => {
    const result = await f.service.listQueueTags({ queueUrl: await f.makeQueue() });
    expectEqual({ ...expectOk(result, 'ListQueueTags').tags }, {}, 'Tags');
  }),
  queueServiceCase(
    'tags beyond the limits are refused',
    async (f) => {
      const queueUrl = await f.makeQueue();
      const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']));
      for (const tags of [many, { ['k'.repeat(129)]: 'v' }, { k: 'v'.repeat(257) }]) {
        expectFailure(await f.service.tagQueue({ queueUrl, tags }), 'invalid', 'TagQueue');
      }
    },
    ['strictMessages'],
  ),
];
