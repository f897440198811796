import { describe, expect, test } from 'vitest';
import { createCatalogue, isFormApp } from '../../../src/apps/index.ts';
import { CONNECT_CODES } from '../../../src/platform/connect/codes.ts';
import { en } from './en.ts';
import { chooseLanguage, fill, LANGUAGES } from './index.ts';

const { en: _source, ...others } = LANGUAGES;

/** Every text by its path; the labels of the records are no part of it. */
function flat(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([name, value]): [string, string][] => {
    if (path === '' && name === 'labels') return [];
    return typeof value === 'string' ? [[`${path}${name}`, value]] : flat(value, `${path}${name}.`);
  });
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

test('there is a text for every code that connecting can answer', () => {
  expect(Object.keys(en.codes)).toEqual(expect.arrayContaining([...CONNECT_CODES]));
});

describe.each(Object.entries(others))('%s', (tag, { name, load }) => {
  test('has every text, with the same placeholders, and none of them English', async () => {
    const texts = new Map(flat(await load()));
    expect(new Set(texts.keys())).toEqual(new Set(flat(en).map(([path]) => path)));
    for (const [path, text] of flat(en)) {
      const theirs = texts.get(path) ?? '';
      expect([path, placeholders(theirs)]).toEqual([path, placeholders(text)]);
      if (text.length > 12) expect([path, theirs]).not.toEqual([path, text]);
    }
    expect(texts.get('language')).toBe(name);
    expect(new Intl.Locale(tag).language).toBe(tag);
  });

  test('has every label and every hint of the forms that Keyferry knows', async () => {
    const { labels } = await load();
    const fields = [...createCatalogue().values()].filter(isFormApp).flatMap(app => app.credential.fields);
    const told = new Set(fields.flatMap(({ label, hint }) => [label, ...(hint === undefined ? [] : [hint])]));
    expect(told.size).toBeGreaterThan(20);
    expect(Object.keys(labels)).toEqual(expect.arrayContaining([...told]));
  });
});

test.each([
  [['de'], 'de'],
  [['de-AT', 'en'], 'de'],
  [[null, 'DE'], 'de'],
  [['fr', 'de-CH', 'en'], 'de'],
  [['fr'], 'en'],
  [['constructor', ''], 'en'],
  [[], 'en'],
])('of %j the page speaks %s', (wishes, language) => {
  expect(chooseLanguage(wishes)).toBe(language);
});

test('placeholders are filled in, each time, and nothing else is', () => {
  expect(fill('{app} and {app} at {host}', { app: 'A {host}', host: '$&' })).toBe(
    'A {host} and A {host} at $&',
  );
  expect(fill('{field}', {})).toBe('{field}');
});
