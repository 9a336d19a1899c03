import { createVirtualRuntime } from '@replyq/testing';
import { expect, it } from 'vitest';
import { StandardShelf } from './standard-shelf.ts';
import { storeMessage, type StoredMessage } from './stored-message.ts';

function shelved(count: number, disorder = 0): { shelf: StandardShelf; messages: StoredMessage[] } {
  const shelf = new StandardShelf(createVirtualRuntime(), disorder);
  const messages = Array.from({ length: count }, (_, index) =>
    storeMessage(
      { body: `${index}`, attributes: {} },
      { messageId: `${index}`, sentAtMs: 0, storedAtMs: 0, sequence: index },
    ),
  );
  for (const message of messages) {
    message.place = 'visible';
    shelf.put(message);
  }
  return { shelf, messages };
}

function remove(shelf: StandardShelf, message: StoredMessage | undefined): void {
  if (message === undefined) return;
  shelf.forget(message);
  message.place = 'gone';
}

it('neither counts nor hands out a message that was deleted on it', () => {
  const { shelf, messages } = shelved(3);
  remove(shelf, messages[0]);
  expect(shelf.size).toBe(2);
  remove(shelf, messages[2]);
  expect(shelf.take(10, () => true)).toEqual([messages[1]]);
  expect(shelf.size).toBe(0);
  expect(shelf.isReady()).toBe(false);
});

it('is not ready when everything on it was deleted', () => {
  const { shelf, messages } = shelved(2);
  for (const message of messages) remove(shelf, message);
  expect(shelf.isReady()).toBe(false);
});

it('does not count what nobody wants among what it hands out', () => {
  const { shelf, messages } = shelved(4);
  const taken = shelf.take(2, (message) => message !== messages[0]);
  expect(taken).toEqual([messages[1], messages[2]]);
  expect(shelf.size).toBe(1);
});

it('lets go of what a sweep does not want', () => {
  const { shelf, messages } = shelved(4);
  remove(shelf, messages[3]);
  shelf.sweep((message) => message !== messages[1]);
  expect(shelf.size).toBe(2);
  expect(shelf.take(10, () => true)).toEqual([messages[0], messages[2]]);
});

it('ranks a message anew each time that it comes back', () => {
  const { shelf, messages } = shelved(50, 10);
  const first = shelf.take(50, () => true);
  for (const message of first) shelf.put(message);
  const second = shelf.take(50, () => true);
  expect(first).not.toEqual(messages);
  expect(second).not.toEqual(first);
});
