import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { ADMIN, bodyOf, type RoleName, type SignInSide, startRole, Visitor } from '../../../test/sign-in.ts';

describeEngines('signing in', engine => {
  describe.each<RoleName>(['instance', 'platform'])('at the %s', role => {
    let store: TestDatabase;
    let side: SignInSide;
    beforeEach(async () => {
      store = await engine.create();
      side = await startRole(role, store.location);
    });
    afterEach(async () => {
      await side.close();
      await store.dispose();
    });

    test('set-up makes the first admin, once', async () => {
      const visitor = new Visitor(side);
      expect(await side.setupLink()).toBe(`${side.publicUrl}/setup#code=${side.code}`);
      expect(await bodyOf(visitor.send('GET', '/api/session'))).toMatchObject({
        user: null,
        setupNeeded: true,
        role,
      });
      expect((await visitor.setUp({ code: 'AAAA-BBBB-CCCC' })).status).toBe(403);
      const state = await bodyOf(visitor.setUp());
      expect(state).toMatchObject({
        user: { email: ADMIN.email, name: 'Ada', role: 'admin', mustChangePassword: false },
        setupNeeded: false,
      });
      expect(await bodyOf(visitor.send('GET', '/api/session'))).toEqual(state);
      expect(await bodyOf(visitor.setUp(), 409)).toMatchObject({ code: 'setup_done' });
      expect(await side.setupLink()).toBeNull();
    });
  });
});
