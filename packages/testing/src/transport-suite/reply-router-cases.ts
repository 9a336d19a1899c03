import type { ReplyAddressRule, ReplyRoute, ReplyToPolicy } from '@replyq/contract/transport';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import type { FrameQueue } from './frame-queue.ts';
import { outgoingProbe, replyFrame } from './outgoing-probe.ts';
import { REPLY_QUEUE_PREFIX } from './reply-queue-cases.ts';
import { expectAccepted, expectRefused } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import type { TransportUser } from './transport-user.ts';

type Route = Extract<ReplyRoute, { kind: 'route' }>;

/** Reply addresses are a caller's bytes: what they reach, and what they do not. */
export const replyRouterCases: readonly TransportCase[] = [
  transportCase("a reply finds its way to its caller's reply queue", async (t) => {
    const requests = await t.queue();
    const replyQueue = await t.madeReplyQueue();
    await t.elapse(1_000);
    const route = await routeTo(t, requests, replyQueue.addressOf('call-1'));
    expectEqual(route.virtualQueue, 'call-1', 'The virtual queue');
    const probe = outgoingProbe(t.runtime, { encode: () => replyFrame('call-1') });
    expectAccepted(await t.run(route.outbox.send(probe)));
    const delivery = await t.read(replyQueue).receiveOne();
    expectEqual(delivery.frame, replyFrame('call-1'), 'The frame');
    delivery.ack();
  }),
  transportCase('an address without a virtual queue is the queue itself', async (t) => {
    const requests = await t.queue();
    const replies = await t.queue();
    const route = await routeTo(t, requests, replies.url, { queues: [replies.name] });
    expectEqual(route.virtualQueue, undefined, 'The virtual queue');
    expectAccepted(await t.run(route.outbox.send(replies.probe('x'))));
    expectEqual(await (await replies.open()).drain(1), ['x'], 'Bodies');
  }),
  ...refusals(),
  transportCase('an address of the dead-letter queue is refused', async (t) => {
    const deadLetters = await t.queue();
    const redrive = { deadLetterArn: deadLetters.arn, maxReceiveCount: 5 };
    const requests = await t.queue({ attributes: { redrive } });
    const policy = { queues: [deadLetters.name] };
    await expectRule(t, requests, `${deadLetters.url}#call-1`, 'deadLetterQueue', policy);
  }),
  transportCase('an address that the policy names is allowed', async (t) => {
    const requests = await t.queue();
    const prefix = { prefixes: ['answers-'] };
    await routeTo(t, requests, sibling(requests.url, 'answers-1', '#call-1'), prefix);
    const queues = { queues: ['answers'] };
    await routeTo(t, requests, sibling(requests.url, 'answers', '#call-1'), queues);
    const fifo = { prefixes: ['answers'], fifo: true };
    await routeTo(t, requests, sibling(requests.url, 'answers.fifo', '#call-1'), fifo);
    const account = { accounts: ['999999999999'] };
    const other = inAccount(sibling(requests.url, `${REPLY_QUEUE_PREFIX}x-0`, '#call-1'));
    await routeTo(t, requests, other, account);
  }),
  transportCase(
    'a reply to a queue that is not there yet is tried until it is',
    async (t) => {
      const requests = await t.queue();
      const name = `${REPLY_QUEUE_PREFIX}${t.fixture.name('c')}-0`;
      const route = await routeTo(t, requests, sibling(requests.url, name, '#call-1'));
      const sending = route.outbox.send(requests.probe('x'));
      await t.elapse(1_000);
      const queue = await t.queue({ name });
      expectAccepted(await t.run(sending));
      await queue.delete();
    },
    ['virtualTime'],
  ),
  transportCase(
    'a reply to a queue that never comes is refused as gone after three seconds',
    async (t) => {
      const requests = await t.queue();
      const name = `${REPLY_QUEUE_PREFIX}${t.fixture.name('c')}-0`;
      const route = await routeTo(t, requests, sibling(requests.url, name, '#call-1'));
      const startMs = t.runtime.monotonicMs();
      expectRefused(await t.run(route.outbox.send(requests.probe('x'))), 'gone');
      const tookMs = t.runtime.monotonicMs() - startMs;
      expectTrue(tookMs >= 1_000 && tookMs <= 6_000, `It took ${tookMs} ms`);
    },
    ['virtualTime'],
  ),
  transportCase('a reply after the transport was closed is refused as closed', async (t) => {
    const requests = await t.queue();
    const address = sibling(requests.url, `${REPLY_QUEUE_PREFIX}x-0`, '#call-1');
    const route = await routeTo(t, requests, address);
    await t.run(t.transport.close());
    expectRefused(await t.run(route.outbox.send(requests.probe('x'))), 'closed');
  }),
];

interface Refusal {
  readonly rule: ReplyAddressRule;
  readonly what: string;
  readonly address: (requests: FrameQueue) => string;
}

function refusals(): readonly TransportCase[] {
  const allowed = `${REPLY_QUEUE_PREFIX}x-0`;
  const all: readonly Refusal[] = [
    { rule: 'notAnAddress', what: 'that is no URL', address: () => 'somewhere' },
    { rule: 'scheme', what: 'of another scheme', address: () => 'ftp://h/000000000000/q#call-1' },
    {
      rule: 'account',
      what: 'in another account',
      address: ({ url }) => inAccount(sibling(url, allowed, '#call-1')),
    },
    { rule: 'queueName', what: 'whose queue name is none', address: named('a,b') },
    { rule: 'prefix', what: 'whose queue has no allowed prefix', address: named('payments') },
    { rule: 'fifo', what: 'of a FIFO queue', address: named(`${REPLY_QUEUE_PREFIX}x.fifo`) },
    { rule: 'virtualName', what: 'with an empty virtual queue', address: named(allowed, '#') },
    {
      rule: 'ownQueue',
      what: 'of the request queue itself',
      address: ({ url }) => `${url}#call-1`,
    },
  ];
  return all.map(({ rule, what, address }) =>
    transportCase(`an address ${what} is refused as ${rule}`, async (t) => {
      const requests = await t.queue();
      await expectRule(t, requests, address(requests), rule);
    }),
  );
}

function named(name: string, virtualQueue = '#call-1'): Refusal['address'] {
  return ({ url }) => sibling(url, name, virtualQueue);
}

async function routeTo(
  t: TransportUser,
  requests: FrameQueue,
  address: string,
  policy: ReplyToPolicy = {},
): Promise<Route> {
  const router = await t.run(t.transport.openReplies(requests.url, policy));
  const route = router.route(address);
  if (route.kind === 'refused') throw new Error(`${address} is refused as ${route.rule}`);
  return route;
}

async function expectRule(
  t: TransportUser,
  requests: FrameQueue,
  address: string,
  rule: ReplyAddressRule,
  policy: ReplyToPolicy = {},
): Promise<void> {
  const router = await t.run(t.transport.openReplies(requests.url, policy));
  const route = router.route(address);
  expectEqual(route.kind === 'refused' ? route.rule : route.kind, rule, address);
}

/** The address of another queue beside `url`. */
function sibling(url: string, name: string, virtualQueue: string): string {
  return `${url.slice(0, url.lastIndexOf('/') + 1)}${name}${virtualQueue}`;
}

function inAccount(address: string): string {
  return address.replace(/\/\d{12}\//, '/999999999999/');
}
