import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { choicePage, errorPage, PAGE_HEADERS } from './pages.ts';
import { returnAddress } from './return-address.ts';

const EVIL = `"><script>alert(1)</script>`;

test('what comes from elsewhere is escaped', async () => {
  const choices = [{ name: EVIL, done: false, href: `https://p.example/${EVIL}` }];
  const pages = [
    await choicePage(choices, `https://h.example/?${EVIL}`),
    await errorPage(
      { code: 'internal', message: EVIL },
      { again: `https://p.example/${EVIL}`, returnUrl: null },
    ),
  ];
  for (const page of pages) {
    expect(String(page)).not.toContain('<script>');
    expect(String(page)).toContain('&lt;script&gt;');
  }
});

test('the policy allows the style of the page and nothing else', async () => {
  const page = String(await choicePage([], null));
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(PAGE_HEADERS['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  expect(page).not.toMatch(/style=|<script|onclick/);
});

test('the address of the host keeps its query and its fragment', () => {
  expect(returnAddress('https://h.example/a?b=c#d', 'zoom', null)).toBe(
    'https://h.example/a?b=c&keyferry=connected&app=zoom#d',
  );
  expect(returnAddress('https://h.example/', 'zoom', { code: 'consent_denied' })).toBe(
    'https://h.example/?keyferry=error&app=zoom&code=consent_denied',
  );
});
