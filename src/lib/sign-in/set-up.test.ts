import { describe, expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { bodyOf, problemOf, ROLES, rolesOn, Visitor, withKey } from '../../../test/sign-in.ts';

describeEngines('set-up', engine => {
  const sideOf = rolesOn(engine);

  describe.each(ROLES)('of the %s', role => {
    test('makes the first admin, once, and signs in', async () => {
      const side = sideOf(role);
      const visitor = new Visitor(side);
      expect(await side.setupLink()).toBe(`${side.publicUrl}/setup#code=${side.code}`);
      expect(await bodyOf(visitor.send('GET', '/api/session'))).toMatchObject({
        user: null,
        setupNeeded: true,
        role,
      });

      expect(await problemOf(visitor.setUp({ code: 'AAAA-BBBB-CCCC' }))).toEqual([403, 'setup_code_invalid']);
      expect(await problemOf(visitor.setUp({ password: 'short' }))).toEqual([422, 'password_refused']);
      expect(await problemOf(visitor.setUp({ email: 'nobody' }))).toEqual([400, 'body_invalid']);
      expect(await problemOf(visitor.setUp({ name: 'A\0da' }))).toEqual([400, 'body_invalid']);
      expect(visitor.cookies.size).toBe(0);
      for (let tries = 1; tries <= 9; tries += 1)
        expect((await visitor.setUp({ code: `guess ${tries}` })).status).toBe(403);
      const blocked = await visitor.setUp({ code: 'guess 10' });
      expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1']);
      // Whoever has the right code is not kept waiting by those who have not.
      const racers = ['ada', 'bea', 'cleo'].map(name => ({ name, email: `${name}@example.com` }));
      if (role === 'instance') {
        // They were added beforehand, without a password: the set-up gives one.
        for (const { name, email } of racers)
          await bodyOf(withKey(side, 'POST', '/api/v1/users', { email, username: name }), 201);
      }
      const code = side.code.toLowerCase().replaceAll('-', ' ');
      const racing = racers.map(racer => ({ racer, browser: new Visitor(side) }));
      const answers = await Promise.all(
        racing.map(({ racer, browser }) => browser.setUp({ ...racer, code })),
      );
      expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 409, 409]);

      const winner = answers.findIndex(({ status }) => status === 200);
      const { racer, browser } = racing[winner] as (typeof racing)[number];
      const state = await bodyOf(browser.send('GET', '/api/session'));
      expect(state).toMatchObject({
        user: { ...racer, role: 'admin', mustChangePassword: false },
        setupNeeded: false,
      });
      expect(await bodyOf(answers[winner] as Response)).toEqual(state);
      expect(await problemOf(visitor.setUp())).toEqual([409, 'setup_done']);
      expect(await side.setupLink()).toBeNull();
      expect((await browser.send('GET', '/api/keyferry/v1/apps')).status).toBe(200);
    });
  });
});
