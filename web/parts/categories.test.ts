import { expect, test } from 'vitest';
import { createCatalogue } from '../../src/apps/index.ts';
import { CATEGORIES, categoryName, countCategories, findApps, isCategory } from './categories.ts';

const apps = [...createCatalogue().values()];

test('every category of the catalogue has a tab', () => {
  const names = new Set(apps.flatMap(({ categories }) => categories));
  expect(new Set(CATEGORIES.map(([name]) => name))).toEqual(names);
  for (const name of names) expect(isCategory(name)).toBe(true);
  expect([isCategory(''), isCategory('games')]).toEqual([true, false]);
  expect([categoryName('crm'), categoryName('games')]).toEqual(['CRM', 'games']);
});

test('an app of two categories is counted in both, and once in all', () => {
  const counts = countCategories([{ categories: ['video', 'conferencing'] }, { categories: ['video'] }]);
  expect(Object.fromEntries(counts)).toEqual({ '': 2, video: 2, conferencing: 1 });
});

test.each([
  ['', 'zoom video', ['zoom']],
  ['conferencing', 'GOOGLE', ['google-meet']],
  ['calendar', 'google', ['google-calendar']],
  ['', 'nothing like this', []],
])('in "%s", "%s" finds %j', (category, search, slugs) => {
  expect(findApps(apps, { category, search }).map(({ slug }) => slug)).toEqual(slugs);
});
