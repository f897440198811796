import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aesKey, decryptKeys, encryptKeys, UndecryptableError } from './aes.ts';
import vectors from './aes-vectors.json' with { type: 'json' };

const KEY = aesKey(vectors.key);
const OTHER_KEY = aesKey('fedcba9876543210fedcba9876543210');

describe('the vectors', () => {
  test.each(vectors.vectors)('$text', ({ text, wire }) => {
    expect(encryptKeys(text, KEY, Buffer.from(vectors.iv, 'hex'))).toBe(wire);
    expect(decryptKeys(wire, KEY)).toBe(text);
  });
});

describe('the key', () => {
  test('is 32 characters taken as bytes, not decoded', () => {
    expect(aesKey(vectors.key).export()).toEqual(Buffer.from(vectors.key));
    expect(
      aesKey(`${'a'.repeat(31)}é`)
        .export()
        .at(-1),
    ).toBe(0xe9);
  });

  test.each([
    ['empty', ''],
    ['31 characters', 'a'.repeat(31)],
    ['33 characters', 'a'.repeat(33)],
    ['44 characters, as openssl rand -base64 32 gives', 'q5bH1nV0TtH0dDqk3oO0CwZkX2l7mYpJr8sU4eF6gIA='],
    ['a character of more than one byte', `${'a'.repeat(31)}€`],
  ])('is refused when it is %s, without being repeated', (_, text) => {
    expect(() => aesKey(text)).toThrow(RangeError);
    expect(() => aesKey(text)).toThrow(
      /^An AES key has (32 characters; this one has \d+|characters of one byte each; this one has a longer one)\.$/,
    );
  });
});

describe('encryptKeys', () => {
  test('writes 32 hex digits of iv, a colon, and whole blocks in lower case', () => {
    expect(encryptKeys('{"access_token":"tok"}', KEY)).toMatch(/^[0-9a-f]{32}:([0-9a-f]{32})+$/);
  });

  test('takes a new iv each time', () => {
    const wires = Array.from({ length: 20 }, () => encryptKeys('the same', KEY));
    expect(new Set(wires.map(wire => wire.slice(0, 32))).size).toBe(20);
  });

  test('pads a whole block with another one', () => {
    expect(encryptKeys('a'.repeat(16), KEY)).toHaveLength(32 + 1 + 64);
  });
});

describe('decryptKeys', () => {
  test('opens what encryptKeys made of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
        expect(decryptKeys(encryptKeys(text, KEY), KEY)).toBe(text);
      }),
      { examples: [[''], ['x'.repeat(1000)], ['!@#$%^&*()_+-=[]{}|;\':",./<>?'], ['é👋\u0000\ufeff日本語']] },
    );
  });

  test('opens upper-case hex', () => {
    expect(decryptKeys(encryptKeys('text', KEY).toUpperCase(), KEY)).toBe('text');
  });

  const wire = encryptKeys(
    '{"access_token":"a token longer than one block"}',
    KEY,
    Buffer.from(vectors.iv, 'hex'),
  );
  test.each([
    ['nothing', ''],
    ['no colon', 'invalid'],
    ['no hex', 'invalid:data'],
    ['a colon alone', ':'],
    ['an iv alone', wire.slice(0, 33)],
    ['no iv', wire.slice(32)],
    ['a short iv', wire.slice(2)],
    ['a long iv', `00${wire}`],
    ['an odd digit cut off', wire.slice(0, -1)],
    ['a byte cut off', wire.slice(0, -2)],
    ['a block cut off', wire.slice(0, -32)],
    ['one digit that is not hex', `${wire.slice(0, -1)}g`],
    ['a character that only ends like a hex digit', `${wire.slice(0, -1)}\u0130`],
    ['an iv with a character that only ends like one', `\u0130${wire.slice(1)}`],
    ['a newline at the end', `${wire}\n`],
    ['a newline at the start', `\n${wire}`],
    ['a colon at the end', `${wire}:`],
    ['a third part', `${wire}:00`],
    ['a comma for the colon', wire.replace(':', ',')],
    ['the last block changed', `${wire.slice(0, -32)}${'0'.repeat(32)}`],
  ])('fails on %s in one way, without a reason', (_, broken) => {
    expect(() => decryptKeys(broken, KEY)).toThrow(UndecryptableError);
  });

  test('with another key fails or gives another text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), text => {
        const made = encryptKeys(text, KEY);
        let opened: string | null = null;
        try {
          opened = decryptKeys(made, OTHER_KEY);
        } catch (error) {
          expect(error).toBeInstanceOf(UndecryptableError);
        }
        expect(opened).not.toBe(text);
      }),
    );
  });

  test('takes a text of the size that a body may have', () => {
    const text = 'x'.repeat(120_000);
    expect(decryptKeys(encryptKeys(text, KEY), KEY)).toBe(text);
  });

  test('throws nothing else whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{32}:([0-9a-f]{32})+$/)), any => {
        try {
          decryptKeys(any, KEY);
        } catch (error) {
          expect(error).toBeInstanceOf(UndecryptableError);
        }
      }),
    );
  });
});

describe('the padding', () => {
  /** As a sender makes it who pads by hand. */
  function sealed(blocks: Buffer): string {
    const iv = Buffer.alloc(16, 3);
    const cipher = createCipheriv('aes-256-cbc', KEY, iv).setAutoPadding(false);
    return `${iv.toString('hex')}:${Buffer.concat([cipher.update(blocks), cipher.final()]).toString('hex')}`;
  }
  /** What Node makes of the same: the padding judged with an exception. */
  function byNode(wire: string): string | null {
    try {
      const [iv = '', text = ''] = wire.split(':');
      const decipher = createDecipheriv('aes-256-cbc', KEY, Buffer.from(iv, 'hex'));
      const bytes = Buffer.concat([decipher.update(Buffer.from(text, 'hex')), decipher.final()]);
      return isUtf8(bytes) ? bytes.toString() : null;
    } catch {
      return null;
    }
  }
  function byUs(wire: string): string | null {
    try {
      return decryptKeys(wire, KEY);
    } catch (error) {
      expect(error).toBeInstanceOf(UndecryptableError);
      return null;
    }
  }

  test('of every last byte is judged as Node judges it', () => {
    for (let last = 0; last < 256; last += 1) {
      for (const filler of [last, 0x41, 0]) {
        const blocks = Buffer.alloc(32, 0x41);
        blocks.fill(filler, 32 - Math.min(Math.max(last, 1), 16));
        blocks[31] = last;
        const wire = sealed(blocks);
        expect([last, filler, byUs(wire)]).toEqual([last, filler, byNode(wire)]);
      }
    }
  });

  test('of any blocks is judged as Node judges it', () => {
    const byte = fc.oneof(fc.integer({ min: 0, max: 18 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(byte, { minLength: 48, maxLength: 48 }),
        (n, all) => {
          const wire = sealed(Buffer.from(all.slice(0, n * 16)));
          expect(byUs(wire)).toBe(byNode(wire));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
