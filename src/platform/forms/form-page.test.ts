import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { formApp } from '../../../test/form-apps.ts';
import { formHeaders, PAGE_HEADERS } from '../connect/index.ts';
import { formPage } from './form-page.ts';

const EVIL = `"><script>alert(1)</script>`;

async function rendered(changes: Partial<Parameters<typeof formPage>[0]> = {}): Promise<string> {
  const view = {
    app: formApp(),
    action: 'https://p.example/connect/session/1/test-form',
    entered: new URLSearchParams(),
    faults: [],
    returnUrl: null,
  };
  return String(await formPage({ ...view, ...changes }));
}

test('every field has its label, its hint, and says whether it is needed', async () => {
  const page = await rendered();
  for (const name of ['url', 'username', 'password']) {
    expect(page).toContain(`<label for="field-${name}">`);
    expect(page).toMatch(new RegExp(`<input type="\\w+" id="field-${name}" name="${name}" required`));
  }
  expect(page).toContain('aria-describedby="field-password-hint"');
  expect(page).toMatch(/type="password"[^>]*autocomplete="off"/);
  expect(page).toContain('method="post" action="https://p.example/connect/session/1/test-form"');
});

test('after an error what was entered is there again, but no secret, with a summary that leads to each fault', async () => {
  const entered = new URLSearchParams({ url: 'nowhere', username: EVIL, password: 'the-secret' });
  const faults = [
    { field: 'url', message: 'Wrong.' },
    { field: null, message: EVIL },
  ];
  const page = await rendered({ entered, faults });
  expect(page).toContain('value="nowhere"');
  expect(page).not.toContain('the-secret');
  expect(page).not.toContain('<script>');
  expect(page).toContain('role="alert"');
  expect(page).toContain('<a href="#field-url">Server address</a>: Wrong.');
  expect(page).toMatch(/id="field-url"[^>]*aria-describedby="field-url-fault" aria-invalid="true"/);
});

test('select, checkbox and lines keep what was chosen', async () => {
  const { credential } = formApp({
    fields: [
      { name: 'kind', label: 'Kind', input: 'select', options: { a: 'One', b: EVIL }, required: true },
      { name: 'on', label: 'On', input: 'checkbox', required: false },
      { name: 'urls', label: 'Feeds', input: 'lines', required: false },
    ],
  });
  const entered = new URLSearchParams({ kind: 'b', on: 'on', urls: 'one\n</textarea>two' });
  const page = await rendered({ app: { name: 'A', credential }, entered });
  expect(page).toContain('<option value="b" selected>');
  expect(page).toContain('value="on" checked>');
  expect(page).toContain('one\n&lt;/textarea&gt;two</textarea>');
  expect(page).not.toContain('<script>');
  expect(page).toContain('(optional)');
});

test('the policy allows the style and posting to ourselves, and on to where the host wants the browser', async () => {
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(await rendered()) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  const headers = formHeaders('https://host.example/settings?x=1');
  expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  expect(headers['content-security-policy']).toContain("form-action 'self' https://host.example;");
  expect(formHeaders(null)['content-security-policy']).toContain("form-action 'self';");
  expect(PAGE_HEADERS['content-security-policy']).toContain("form-action 'none';");
  // With no-referrer a browser sends "Origin: null" with a form, which proves nothing.
  expect(headers['referrer-policy']).toBe('same-origin');
  expect(await rendered()).not.toMatch(/style=|<script|onclick/);
});

test('what the record fills in is there until the user enters something else', async () => {
  const { credential } = formApp({
    fields: [
      {
        name: 'version',
        label: 'Version',
        input: 'select',
        options: { 0: 'Old', 7: 'New' },
        initial: '7',
        required: true,
      },
    ],
  });
  const app = { name: 'A', credential };
  expect(await rendered({ app })).toContain('<option value="7" selected>');
  const entered = new URLSearchParams({ version: '0' });
  expect(await rendered({ app, entered })).toContain('<option value="0" selected>');
});
