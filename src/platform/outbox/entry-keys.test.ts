import { describe, expect, test } from 'vitest';
import { aesKey, decryptKeys } from '../../protocol/index.ts';
import { entryKeys, whyNotDeliverable } from './entry-keys.ts';

const KEY = aesKey('abcdefghijklmnopqrstuvwxyz012345');
const ENTRY = { username: 'ada', password: 'é' };

describe.each(['calcom', 'keyferry'] as const)('to a %s', kind => {
  test.each([KEY, null])('a plain credential is the object', calendsoKey => {
    expect(entryKeys({ nesting: 'plain' }, ENTRY, { kind, calendsoKey })).toEqual(ENTRY);
  });

  test('with its own key known, a text sealed with it', () => {
    const target = { kind, calendsoKey: KEY };
    const text = entryKeys({ nesting: 'string' }, ENTRY, target) as string;
    expect(JSON.parse(decryptKeys(text, KEY))).toEqual(ENTRY);
    const member = entryKeys({ nesting: 'encrypted_member' }, ENTRY, target) as { encrypted: string };
    expect(Object.keys(member)).toEqual(['encrypted']);
    expect(JSON.parse(decryptKeys(member.encrypted, KEY))).toEqual(ENTRY);
  });
});

test.each(['string', 'encrypted_member'] as const)(
  '%s without the key: the object, or not at all',
  nesting => {
    const keyferry = { kind: 'keyferry', calendsoKey: null } as const;
    expect(entryKeys({ nesting }, ENTRY, keyferry)).toEqual(ENTRY);
    expect(whyNotDeliverable({ nesting }, keyferry)).toBeNull();
    const calcom = { kind: 'calcom', calendsoKey: null } as const;
    expect(() => entryKeys({ nesting }, ENTRY, calcom)).toThrow(/CALENDSO_ENCRYPTION_KEY/);
    expect(whyNotDeliverable({ nesting }, calcom)).toContain('CALENDSO_ENCRYPTION_KEY');
  },
);
