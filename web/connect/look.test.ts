import { expect, test } from 'vitest';
import { contrast, inkOn } from './look.ts';

test.each([
  ['#ffffff', '#000000'],
  ['#0f766e', '#ffffff'],
  ['#ffd400', '#000000'],
  ['#000000', '#ffffff'],
])('on %s one writes %s', (colour, ink) => {
  expect(inkOn(colour)).toBe(ink);
});

test('whatever colour a host chooses, the text on it has the contrast of AA', () => {
  for (let step = 0; step <= 0xffffff; step += 0x0107_3) {
    const colour = `#${step.toString(16).padStart(6, '0')}`;
    expect([colour, contrast(colour, inkOn(colour)) >= 4.5]).toEqual([colour, true]);
  }
});

test('the contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});
