import { expect, test } from 'vitest';
import { actorName, kindName } from './words.ts';

test.each([
  ['credential.pushed', 'Credential received'],
  ['something.new_here', 'Something new here'],
])('%s reads "%s"', (kind, words) => {
  expect(kindName(kind)).toBe(words);
});

test.each([
  ['user:7', 'user 7'],
  ['api-key', 'the API key'],
  ['platform', 'the platform'],
])('%s is %s', (actor, words) => {
  expect(actorName(actor)).toBe(words);
});
