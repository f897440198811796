import { expect, test } from 'vitest';
import { singleFlight } from './single-flight.ts';

test('callers that come meanwhile share one run', async () => {
  const fly = singleFlight<number>();
  const { promise, resolve } = Promise.withResolvers<number>();
  let runs = 0;
  const run = () => {
    runs += 1;
    return promise;
  };
  const all = Array.from({ length: 200 }, () => fly('a', run));
  resolve(7);
  expect(await Promise.all(all)).toEqual(Array.from({ length: 200 }, () => 7));
  expect(runs).toBe(1);
});

test('the next caller after the end runs again', async () => {
  const fly = singleFlight<number>();
  let runs = 0;
  const run = async () => {
    runs += 1;
    return runs;
  };
  expect([await fly('a', run), await fly('a', run)]).toEqual([1, 2]);
});

test('other keys fly beside', async () => {
  const fly = singleFlight<string>();
  const never = new Promise<string>(() => {});
  void fly('a', () => never);
  expect(await fly('b', async () => 'b')).toBe('b');
});

test('a failure is shared, and forgotten', async () => {
  const fly = singleFlight<string>();
  const { promise, reject } = Promise.withResolvers<string>();
  const all = [fly('a', () => promise), fly('a', () => promise)];
  reject(new Error('down'));
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await fly('a', async () => 'up')).toBe('up');
});

test('a run that throws at once rejects, and is forgotten', async () => {
  const fly = singleFlight<string>();
  const failed = fly('a', () => {
    throw new Error('at once');
  });
  await expect(failed).rejects.toThrow('at once');
  expect(await fly('a', async () => 'up')).toBe('up');
});

test('ended waits for what is under way, failures and what begins meanwhile included', async () => {
  const fly = singleFlight<string>();
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const failed = expect(fly('a', () => first.promise)).rejects.toThrow('down');
  let ended = false;
  const end = fly.ended().then(() => {
    ended = true;
  });
  void fly('b', () => second.promise);
  first.reject(new Error('down'));
  await failed;
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  second.resolve('done');
  await end;
});
