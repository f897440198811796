import { expect, test } from 'vitest';
import { createCatalogue } from '../../apps/index.ts';
import { findingsOf } from '../../lib/doctor/index.ts';
import { aesKey } from '../../protocol/index.ts';
import { checkNesting } from './check-nesting.ts';

const findings = findingsOf('platform');
const catalogue = createCatalogue();

test('a Cal.com without its own key known here gets a warning that names the apps', () => {
  const config = { targetKind: 'calcom', calendsoKey: null } as const;
  const [finding] = checkNesting(config, catalogue, findings);
  expect(finding).toMatchObject({ verdict: 'warning', remedy: expect.stringContaining('CALENDSO') });
  expect(finding?.detail).toContain('caldav-calendar');
  expect(finding?.detail).not.toContain('paypal');
});

test('with the key nobody can tell whether it is the right one; a Keyferry needs none', () => {
  const calendsoKey = aesKey('abcdefghijklmnopqrstuvwxyz012345');
  const known = checkNesting({ targetKind: 'calcom', calendsoKey }, catalogue, findings);
  expect(known).toMatchObject([{ verdict: 'not possible' }]);
  expect(checkNesting({ targetKind: 'keyferry', calendsoKey: null }, catalogue, findings)).toEqual([]);
});
