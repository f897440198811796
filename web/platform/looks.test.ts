import { expect, test } from 'vitest';
import { EVENT_KINDS } from '../../src/platform/store/insert-event.ts';
import { DELIVERY_STATES, TOPICS } from '../../src/platform/tables.ts';
import { DELIVERY_LOOKS, endingName, eventName, receiverName, topicName } from './looks.ts';

test('every kind of event has a name of its own', () => {
  const names = EVENT_KINDS.map(eventName);
  for (const name of names) expect(name).toMatch(/^[A-Z][a-z -]*[a-z ,A-Z-]*$/);
  expect(new Set(names).size).toBe(EVENT_KINDS.length);
  expect(eventName('another.kind')).toBe('another.kind');
});

test('every state and topic of a delivery has a name', () => {
  expect(Object.keys(DELIVERY_LOOKS)).toEqual([...DELIVERY_STATES]);
  expect(new Set(TOPICS.map(topicName)).size).toBe(TOPICS.length);
});

test.each([
  [{ targetId: 'default', calcomUserId: 7 }, 'default, user 7'],
  [{ targetId: 'host', calcomUserId: null }, 'your back end'],
])('%j goes to "%s"', (delivery, name) => {
  expect(receiverName(delivery)).toBe(name);
});

test('a reason that is not known is told by its code', () => {
  expect(endingName('client_secret')).toBe('The provider ends the client secret');
  expect(endingName('odd_reason')).toBe('odd reason');
});
