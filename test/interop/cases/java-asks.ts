// A Java requester and a replyq responder.
import assert from 'node:assert/strict';
import { RpcError } from '@replyq/contract';
import type { MessageAttributes } from '@replyq/contract/wire';
import { createResponder, type IncomingCall } from '@replyq/responder';
import { loginJson, loginText, receipts } from '../contract.ts';
import type { InteropCase } from '../interop-case.ts';
import { JavaFailure } from '../java-program.ts';
import { plainMessage, textAttribute } from '../message.ts';
import { LARGE, unicodeFor } from '../samples.ts';
import { serveText } from './serve-text.ts';

const CALLS_AT_ONCE = 50;

export const javaAsksCases: readonly InteropCase[] = [
  {
    name: 'a Java requester logs in at a replyq responder in plain text',
    async run(world) {
      const queueUrl = await serveText(world, 'java-text', (input) => `token of ${input}`);
      const requester = await world.javaRequester();
      const reply = await requester.ask(queueUrl, 'ann');
      assert.equal(reply.body, 'token of ann');
      assert.equal((await requester.ask(queueUrl, 'bob', { sync: true })).body, 'token of bob');
    },
  },
  {
    name: 'a Java requester logs in at a replyq responder in JSON',
    async run(world) {
      const responder = world.keep(
        createResponder({
          transport: world.transport(),
          queue: 'java-json',
          create: true,
          contract: loginJson,
          handlers: { login: ({ input }) => ({ token: `token of ${input.user}`, roles: ['é'] }) },
        }),
      );
      await responder.start();
      const queueUrl = await world.raw.create('java-json');
      const requester = await world.javaRequester();
      const good = await requester.ask(queueUrl, '{"user":"ann","password":"open sesame"}');
      assert.equal(good.body, '{"token":"token of ann","roles":["é"]}');
      for (const body of ['{"user":"ann"}', 'no JSON']) {
        const bad = await requester.ask(queueUrl, body);
        const { error } = JSON.parse(bad.body) as { error: { code: string } };
        assert.equal(error.code, 'BAD_REQUEST');
        assert.match(bad.attributes['replyq']?.value ?? '', /"kind":"error"/);
      }
    },
  },
  {
    name: 'a handler that fails is replied to a Java requester as an error in JSON',
    async run(world) {
      const queueUrl = await serveText(world, 'java-fails', (input) => {
        if (input === 'declared')
          throw new RpcError({ code: 'NOT_FOUND', message: 'No such user.' });
        throw new Error('the secret');
      });
      const requester = await world.javaRequester();
      const known = await requester.ask(queueUrl, 'declared');
      assert.deepEqual(JSON.parse(known.body), {
        error: { code: 'NOT_FOUND', message: 'No such user.' },
      });
      const unknown = await requester.ask(queueUrl, 'anything');
      assert.match(unknown.body, /INTERNAL_SERVER_ERROR/);
      assert.doesNotMatch(unknown.body, /secret/);
    },
  },
  {
    name: 'scripts, emoji, markup and large texts come through both ways, Java asking',
    async run(world) {
      const queueUrl = await serveText(world, 'java-texts', (input) => input);
      const requester = await world.javaRequester();
      for (const text of [unicodeFor(world.server), LARGE]) {
        const { body } = await requester.ask(queueUrl, text);
        assert.ok(body === text, `${body.length} characters for ${text.length}`);
      }
    },
  },
  {
    name: 'a Java requester’s own attributes of all types come through',
    async run(world) {
      const unicode = unicodeFor(world.server);
      const seen: MessageAttributes[] = [];
      const transport = world.transport();
      const responder = world.keep(
        createResponder({
          transport,
          queue: 'java-attributes',
          create: true,
          contract: loginText,
          createContext: ({ attributes }: IncomingCall) => {
            seen.push(attributes);
            return {};
          },
          handlers: { login: ({ input }) => input },
        }),
      );
      await responder.start();
      const queueUrl = await world.raw.create('java-attributes');
      const attributes = {
        colour: textAttribute(unicode),
        size: { type: 'Number', value: '5' },
        'amount.net': { type: 'Number.float', value: '3.5' },
        photo: { type: 'Binary.png', value: Buffer.from([0, 1, 254, 255]).toString('base64') },
        // With these and the reply address, as many as SQS takes.
        ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`more${n}`, textAttribute('x')])),
      };
      const requester = await world.javaRequester();
      await requester.ask(queueUrl, 'with attributes', { attributes });
      assert.deepEqual(
        seen.map((each) => plainMessage('', each).attributes),
        [plainMessage('', seen[0]).attributes],
      );
      assert.deepEqual(plainMessage('', seen[0]).attributes, { ...attributes });
    },
  },
  {
    name: 'many calls at once of one Java requester get each its own reply',
    async run(world) {
      const queueUrl = await serveText(world, 'java-many', (input) => `re:${input}`);
      const requester = await world.javaRequester();
      const asked = Array.from({ length: CALLS_AT_ONCE }, (_, n) => `call ${n}`);
      const replies = await Promise.all(asked.map((body) => requester.ask(queueUrl, body)));
      assert.deepEqual(
        replies.map(({ body }) => body),
        asked.map((body) => `re:${body}`),
      );
    },
  },
  {
    name: 'a Java message that wants no reply is run, and nothing is replied',
    async run(world) {
      const inputs: string[] = [];
      const queueUrl = await serveText(world, 'java-task', (input) => {
        inputs.push(input);
        return '';
      });
      const queues = await world.javaVirtualQueues();
      await queues.send(queueUrl, { body: 'a task' });
      await world.raw.emptied(queueUrl);
      assert.deepEqual(inputs, ['a task']);
      assert.deepEqual(world.saw('replySent'), []);
    },
  },
  {
    name: 'a Java requester with a prefix of its own is answered where the policy has it',
    async run(world) {
      const prefix = '__ShopQueues__';
      const requester = await world.javaRequester({ prefix });
      const allowed = await serveText(world, 'prefix-allowed', (input) => input, {
        replyTo: { prefixes: [prefix] },
      });
      assert.equal((await requester.ask(allowed, 'x')).body, 'x');
      const other = await serveText(world, 'prefix-refused', (input) => input);
      await assert.rejects(requester.ask(other, 'x', { timeoutSeconds: 2 }), JavaFailure);
      await world.raw.emptied(other);
      const rules = world.saw('replyAddressRefused').map(({ rule }) => rule);
      assert.deepEqual(rules, ['prefix']);
    },
  },
  {
    name: 'what JSON has no word for is told to a Java requester as near to it as can be',
    async run(world) {
      const at = new Date('2026-11-22T06:00:00.000Z');
      const responder = world.keep(
        createResponder({
          transport: world.transport(),
          queue: 'java-dates',
          create: true,
          contract: receipts,
          handlers: { receipt: () => ({ at, total: 5n, tags: new Set(['é']) }) },
        }),
      );
      await responder.start();
      const requester = await world.javaRequester();
      const { body } = await requester.ask(await world.raw.create('java-dates'), '{}');
      assert.deepEqual(JSON.parse(body), { at: at.toISOString(), total: '5', tags: ['é'] });
    },
  },
];
