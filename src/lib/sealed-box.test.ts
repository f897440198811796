import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyferryError } from '../protocol/index.ts';
import { type Keyring, open, parseKeyring, seal } from './sealed-box.ts';

const [FIRST, SECOND] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const ring = parseKeyring(`new:${FIRST},old:${SECOND}`);
const ROW = 'Credential/5/zoom';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof KeyferryError) return error.code;
    throw error;
  }
  return 'opened';
}

describe('a sealed box', () => {
  test('opens for its own row', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, identity) => {
        expect(open(ring, seal(ring, text, identity), identity)).toBe(text);
      }),
    );
  });

  test('does not show its text, and is another one each time', () => {
    const boxes = Array.from({ length: 20 }, () => seal(ring, 'visible', ROW));
    expect(new Set(boxes).size).toBe(20);
    for (const box of boxes) {
      expect(box).toMatch(/^new\.[A-Za-z0-9_-]+$/);
      expect(Buffer.from(box.slice(4), 'base64url').toString('latin1')).not.toContain('visible');
    }
  });

  test('has a nonce of its own, also beyond those that are drawn at once', () => {
    const boxes = Array.from({ length: 1_000 }, () => Buffer.from(seal(ring, '', ROW).slice(4), 'base64url'));
    expect(new Set(boxes.map(bytes => bytes.toString('hex', 0, 12))).size).toBe(1_000);
  });

  test('does not open for another row', () => {
    const box = seal(ring, 'text', ROW);
    for (const identity of ['Credential/6/zoom', 'Credential/5/zoo', '', `${ROW} `]) {
      expect(codeOf(() => open(ring, box, identity))).toBe('sealed_unreadable');
    }
  });

  test('does not open when any one bit of it was changed', () => {
    const box = seal(ring, 'a text of some length', ROW);
    const bytes = Buffer.from(box.slice(4), 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), bit => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(codeOf(() => open(ring, `new.${changed.toString('base64url')}`, ROW))).toBe(
          'sealed_unreadable',
        );
      }),
    );
  });

  test('does not open when it was cut, with a short tag neither', () => {
    const bytes = Buffer.from(seal(ring, 'a text', ROW).slice(4), 'base64url');
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = `new.${bytes.subarray(0, length).toString('base64url')}`;
      expect(codeOf(() => open(ring, cut, ROW))).toBe('sealed_unreadable');
    }
  });

  test.each(['', '.', 'new', 'new.', 'nobody.AAAA', 'plain text', '{"access_token":"at"}'])(
    'is not this: %j',
    box => {
      expect(codeOf(() => open(ring, box, ROW))).toBe('sealed_unreadable');
    },
  );
});

describe('the keyring', () => {
  test('seals with the first key and opens with every one', () => {
    const before = parseKeyring(`old:${SECOND}`);
    const box = seal(before, 'text', ROW);
    expect(box).toMatch(/^old\./);
    expect(open(ring, box, ROW)).toBe('text');
    expect(seal(ring, 'text', ROW)).toMatch(/^new\./);
  });

  test('without the key that sealed says which one is missing', () => {
    const box = seal(ring, 'text', ROW);
    expect(() => open(parseKeyring(`old:${SECOND}`), box, ROW)).toThrow(
      /"new" is not in KEYFERRY_ENCRYPTION_KEYS/,
    );
  });

  test('does not open under the right id with another key, nor under another id with the right key', () => {
    const box = seal(ring, 'text', ROW);
    expect(codeOf(() => open(parseKeyring(`new:${SECOND}`), box, ROW))).toBe('sealed_unreadable');
    expect(codeOf(() => open(ring, box.replace('new.', 'old.'), ROW))).toBe('sealed_unreadable');
  });

  test.each<[string, (keys: Keyring) => void, string]>([
    ['blanks around entries', keys => expect(keys.sealWith).toBe('a'), ` a:${FIRST} , b:${SECOND} `],
    [
      'base64url without padding',
      keys => expect(keys.keys.size).toBe(1),
      `a:${Buffer.from(FIRST, 'base64').toString('base64url')}`,
    ],
  ])('takes %s', (_, check, text) => check(parseKeyring(text)));

  test.each([
    ['nothing', '', 'entry 1 is not id:base64 of 32 bytes'],
    ['a key without an id', FIRST, 'entry 1 is not id:base64 of 32 bytes'],
    ['a comma at the end', `a:${FIRST},`, 'entry 2 is not id:base64 of 32 bytes'],
    ['a key of 31 bytes', `a:${randomBytes(31).toString('base64')}`, 'entry 1 is not id:base64 of 32 bytes'],
    ['a key of 33 bytes', `a:${randomBytes(33).toString('base64')}`, 'entry 1 is not id:base64 of 32 bytes'],
    ['a key in hex', `a:${randomBytes(32).toString('hex')}`, 'entry 1 is not id:base64 of 32 bytes'],
    ['a dot in an id', `a.b:${FIRST}`, 'entry 1 is not id:base64 of 32 bytes'],
    ['an id twice', `a:${FIRST},a:${SECOND}`, 'entry 2 repeats the id a'],
  ])('refuses %s and names the entry without its key', (_, text, message) => {
    expect(() => parseKeyring(text)).toThrow(RangeError);
    expect(() => parseKeyring(text)).toThrow(new RegExp(`^${message}$`));
  });
});
