import { ATTRIBUTE, type MessageParts } from '@replyq/contract/wire';

/** A mail but for whom it is to. */
export const HELLO = { from: 'shop@example.org', subject: 'Hällo', body: 'Two\nlines.' } as const;

/** A task as replyq writes it, and what is different about it. */
export function taskMessage(
  header: Readonly<Record<string, unknown>>,
  procedure = 'send_email',
  more: MessageParts['attributes'] = {},
): MessageParts {
  const whole = { v: 1, type: 'mutation', at: 1, content: 'json', task: 't-1', ...header };
  return {
    body: JSON.stringify({ ...HELLO, to: 'ann@example.org' }),
    attributes: {
      [ATTRIBUTE.header]: text(JSON.stringify(whole)),
      [ATTRIBUTE.procedure]: text(procedure),
      ...more,
    },
  };
}

const UNKNOWN = 'a version or a critical field that is not known here';
const UNREADABLE = 'a header that cannot be read';
const NO_TASK = 'not a task of replyq';

/** What a worker does not touch, by the reason that it gives; what is after a colon tells them apart. */
export const LEFT_ALONE: Readonly<Record<string, MessageParts>> = {
  'no such procedure here': taskMessage({}, 'process_image'),
  'several tasks in one message': { body: '-', attributes: { 'replyq.pack': text('2') } },
  'no such procedure here: of another contract': taskMessage({ contract: 'post' }),
  'its body is not plain JSON: superjson': taskMessage({ content: 'superjson' }),
  'its body is not plain JSON: a text': taskMessage({ content: undefined }),
  [`${UNKNOWN}: a critical field`]: taskMessage({ '!exactly': 1 }),
  [`${UNKNOWN}: a body elsewhere`]: taskMessage({ ref: 'bucket/key' }),
  [`${UNKNOWN}: a version`]: taskMessage({ v: 2 }),
  [`${UNREADABLE}: due`]: taskMessage({ due: 'soon' }),
  [`${UNREADABLE}: try`]: taskMessage({ try: 0 }),
  [`${UNREADABLE}: task`]: taskMessage({ task: 'a b' }),
  [`${NO_TASK}: nothing of replyq`]: { body: '{}', attributes: {} },
  [`${NO_TASK}: a query`]: taskMessage({ type: 'query' }),
  [`${NO_TASK}: a reply`]: taskMessage({ kind: 'result' }),
  [`${NO_TASK}: no JSON`]: taskMessage({}, 'send_email', { replyq: text('v=1') }),
  [`${NO_TASK}: no object`]: taskMessage({}, 'send_email', { replyq: text('[1]') }),
  [`${NO_TASK}: no String`]: taskMessage({}, 'send_email', {
    replyq: { type: 'Number', value: '1' },
  }),
  'somebody waits for its reply': taskMessage({}, 'send_email', {
    ResponseQueueUrl: text('http://localhost/000000000000/r#c1'),
  }),
};

function text(value: string): MessageParts['attributes'][string] {
  return { type: 'String', value };
}
