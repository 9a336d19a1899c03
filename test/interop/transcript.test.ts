import { expect, it } from 'vitest';
import { Normaliser, serviceOf } from './transcript.ts';

const HOST = 'f09ccaf2-0912-43c2-8d95-58b633888679';
const CALL = '5292e9a7-d2db-4950-92b0-d7cbbf2db224';
const SERVICE = 'http://localhost:9324/000000000000';

it('gives the same thing the same name, and other things others', () => {
  const names = new Normaliser({ service: SERVICE });
  expect(names.text(`${SERVICE}/__RequesterClientQueues__${HOST}-0#${CALL}`)).toBe(
    '<service>/__RequesterClientQueues__<uuid 1>-0#<uuid 2>',
  );
  expect(names.text(CALL)).toBe('<uuid 2>');
  expect(new Normaliser().text(CALL)).toBe('<uuid 1>');
});

it('tells the queue of a replyq requester from its calls', () => {
  const clientId = 'c7Kq2mX0pLrTv8-_';
  const call = `${clientId}-0Zs1`;
  const names = new Normaliser({ service: SERVICE, clientId });
  expect(names.text(`${SERVICE}/__RequesterClientQueues__${clientId}-0#${call}`)).toBe(
    '<service>/__RequesterClientQueues__<client>-0#<call 1>',
  );
  expect(names.text(`${call} ${clientId}other`)).toBe('<call 1> <call 2>');
});

it('leaves types, order of names and all that is not generated', () => {
  const message = {
    body: `re:${CALL}`,
    attributes: { b: { type: 'Number.int', value: '1' }, a: { type: 'String', value: CALL } },
  };
  const normal = new Normaliser().message(message);
  expect(normal).toEqual({
    body: 're:<uuid 1>',
    attributes: { a: { type: 'String', value: '<uuid 1>' }, b: { type: 'Number.int', value: '1' } },
  });
  expect(Object.keys(normal.attributes)).toEqual(['a', 'b']);
});

it('takes for a moment only whole milliseconds of about now', () => {
  const nowMs = 1_795_288_080_167;
  const tags = (at: string) => new Normaliser().tags({ kept: '300', at }, ['at'], nowMs);
  expect(tags('1795288080000')).toEqual({ kept: '300', at: '<now>' });
  expect(tags('1795288000000')).toEqual({ kept: '300', at: '1795288000000' });
  expect(tags('1795288080')).toEqual({ kept: '300', at: '1795288080' });
});

it('finds the service in a queue URL', () => {
  expect(serviceOf(`${SERVICE}/orders`)).toBe(SERVICE);
  expect(() => serviceOf('http://localhost/orders')).toThrow('Not a queue URL');
});
