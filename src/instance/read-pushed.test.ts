import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { formApp } from '../../test/form-apps.ts';
import { type AppDefinition, createCatalogue, type FormCredential } from '../apps/index.ts';
import { aesKey, encryptKeys } from '../protocol/index.ts';
import { openEntry, readPushed } from './read-pushed.ts';

const KEY = aesKey('abcdefghijklmnopqrstuvwxyz012345');
const OTHER = aesKey('012345abcdefghijklmnopqrstuvwxyz');
const NOW = 1_800_000_000_000;
const ENTRY = { username: 'ada', password: 'secret', extra: { kept: true } };
const WITH_KEY = { calendsoKey: KEY, now: NOW };
const WITHOUT = { calendsoKey: null, now: NOW };

function app(slug: string): AppDefinition {
  const found = createCatalogue().get(slug);
  if (found === undefined) throw new Error(`no ${slug}`);
  return found;
}

test('tokens are judged by the app, kept whole, and have their expiry', () => {
  const pushed = { access_token: 'a', expires_in: 60, api_url: 'https://api.example', more: [1] };
  expect(readPushed(app('zoom'), pushed, WITHOUT)).toEqual({
    text: JSON.stringify(pushed),
    expiresAt: NOW + 60_000,
  });
  for (const wrong of [{}, { access_token: 7 }, 'text', null, [], { refresh_token: 'r' }]) {
    expect(() => readPushed(app('zoom'), wrong, WITHOUT)).toThrow();
  }
});

test('an app whose schema wants more than a token is refused without it', () => {
  const zoom = app('zoom');
  if (zoom.credential.kind !== 'oauth2') throw new Error('zoom is OAuth');
  const schema = z.looseObject({ access_token: z.string(), instance_url: z.url() });
  const strict: AppDefinition = { ...zoom, credential: { ...zoom.credential, schema } };
  expect(() => readPushed(strict, { access_token: 'a' }, WITHOUT)).toThrow(/instance_url/);
  const whole = { access_token: 'a', instance_url: 'https://i.example' };
  expect(readPushed(strict, whole, WITHOUT).text).toBe(JSON.stringify(whole));
});

test('an app without a credential of a user takes any object, as Cal.com does', () => {
  for (const kind of ['none', 'admin_api_key', 'calcom_api_key'] as const) {
    const plain: AppDefinition = { ...formApp(), credential: { kind } };
    expect(readPushed(plain, {}, WITHOUT)).toEqual({ text: '{}', expiresAt: null });
    expect(readPushed(plain, { a: 1 }, WITHOUT).text).toBe('{"a":1}');
    for (const wrong of ['text', null, [], 1]) expect(() => readPushed(plain, wrong, WITHOUT)).toThrow();
  }
});

const nestings: FormCredential['nesting'][] = ['plain', 'string', 'encrypted_member'];

test.each(nestings)(
  'a form app, %s, takes the object itself, with or without the key, and all of it',
  nesting => {
    const form = formApp({ nesting });
    for (const options of [WITH_KEY, WITHOUT]) {
      const { text, expiresAt } = readPushed(form, ENTRY, options);
      expect([JSON.parse(text), expiresAt]).toEqual([ENTRY, null]);
      for (const wrong of [{}, { username: 'ada' }, { ...ENTRY, password: '' }, null, [], 'text']) {
        expect(() => readPushed(form, wrong, options)).toThrow();
      }
    }
  },
);

describe.each(['string', 'encrypted_member'] as const)('a form app, %s', nesting => {
  const form = formApp({ nesting });
  const nest = (text: string): unknown => (nesting === 'string' ? text : { encrypted: text });

  test('opens what Cal.com’s own key seals', () => {
    const sealed = nest(encryptKeys(JSON.stringify(ENTRY), KEY));
    expect(JSON.parse(readPushed(form, sealed, WITH_KEY).text)).toEqual(ENTRY);
    const incomplete = nest(encryptKeys('{"username":"ada"}', KEY));
    expect(() => readPushed(form, incomplete, WITH_KEY)).toThrow();
    expect(() => readPushed(form, nest(encryptKeys(JSON.stringify(ENTRY), OTHER)), WITH_KEY)).toThrow();
  });

  test('keeps it as it came without the key, and opens it once there is one', () => {
    const sealed = nest(encryptKeys(JSON.stringify(ENTRY), KEY));
    const { text } = readPushed(form, sealed, WITHOUT);
    expect(JSON.parse(text)).toEqual(sealed);
    expect(openEntry(form.credential, JSON.parse(text), KEY)).toEqual(ENTRY);
    expect(() => openEntry(form.credential, JSON.parse(text), null)).toThrow(/key/);
    for (const wrong of ['', 'text', '00:00', `${'00'.repeat(16)}:`, `${'00'.repeat(16)}:abc`]) {
      expect(() => readPushed(form, nest(wrong), WITHOUT)).toThrow();
    }
  });
});

test('a form app that Cal.com keeps plain takes no sealed text', () => {
  const text = encryptKeys(JSON.stringify(ENTRY), KEY);
  for (const wrong of [text, { encrypted: text }]) {
    expect(() => readPushed(formApp(), wrong, WITH_KEY)).toThrow();
  }
});
