import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { describeEngines } from '../../../test/engines.ts';
import { ADMIN, addAdmin, newAdmin, problemOf, startRole, Visitor } from '../../../test/sign-in.ts';

const WRONG = 'not the password';
const OWN = ADMIN.password;

describeEngines('nobody is held out', engine => {
  async function start() {
    const store = await engine.create();
    const clock = heldClock();
    // A pause takes as long as it says, of the held clock.
    const sleep = async (ms: number) => {
      await turn();
      clock.advance(Math.ceil(ms));
    };
    const side = await startRole('instance', store.location, { clock, sleep });
    onTestFinished(async () => {
      await side.close();
      await store.dispose();
    });
    await addAdmin(side, ADMIN.email);
    return { side, clock };
  }

  test('the right password gets in within a minute, in a new browser, while strangers poll the account', async () => {
    const { side, clock } = await start();
    let polling = true;
    let guesses = 0;
    const poll = async () => {
      while (polling) {
        await new Visitor(side).signIn(ADMIN.email, `${WRONG} ${guesses++}`);
        await turn();
      }
    };
    const strangers = [poll(), poll(), poll(), poll()];
    while (guesses < 40) await turn();
    for (let time = 1; time <= 3; time += 1) {
      const began = clock.now();
      const answer = await new Visitor(side).signIn();
      expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
      expect(clock.now() - began).toBeLessThan(60_000);
      const soFar = guesses;
      while (guesses < soFar + 10) await turn();
    }
    polling = false;
    await Promise.all(strangers);
  });

  test('a try that was not judged because too many were waiting does not count', async () => {
    const { side } = await start();
    const { store, tables } = side.signIn;
    const emails = Array.from({ length: 60 }, (_, index) => `stranger-${index}@example.com`);
    for (const email of emails) await addAdmin(side, email);
    const answers = await Promise.all(emails.map(email => new Visitor(side).signIn(email, WRONG)));
    const busy = emails.filter((_, index) => answers[index]?.status === 503);
    expect(busy.length).toBeGreaterThan(0);
    const { rows } = await sql<{
      all: number;
    }>`select sum("tries") as "all" from ${sql.table(tables.tries)}`.execute(store.db);
    expect(Number(rows[0]?.all)).toBe(emails.length - busy.length);
  }, 120_000);

  test('a change of the password is refused before it costs a hash, and those that cost one are counted', async () => {
    const { side } = await start();
    const owner = await newAdmin(side, 'bea@example.com');
    const change = (current: string, password: string) =>
      owner.send('PUT', '/api/session/password', { current, password });
    const hashes = async () => {
      const { store, tables } = side.signIn;
      const { rows } = await sql<{
        all: number;
      }>`select sum("tries") as "all" from ${sql.table(tables.tries)}`.execute(store.db);
      return Number(rows[0]?.all ?? 0);
    };
    const before = await hashes();
    for (let time = 1; time <= 20; time += 1) {
      expect(await problemOf(change(OWN, 'short'))).toEqual([422, 'password_refused']);
      expect(await problemOf(change(OWN, OWN))).toEqual([422, 'password_refused']);
    }
    expect(await hashes()).toBe(before);
    const statuses = [];
    for (let time = 1; time <= 12; time += 1)
      statuses.push((await change(`wrong ${time}`, 'a new password 1')).status);
    expect(statuses.slice(0, 5)).toEqual([403, 403, 403, 403, 403]);
    expect(statuses.slice(5)).toContain(429);
  });
});
