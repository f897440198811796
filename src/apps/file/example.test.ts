import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCatalogue, KNOWN_APPS } from '../index.ts';
import { readAppsFile } from './read-apps-file.ts';

test("the file that CONTRIBUTING.md shows adds its app and moves Microsoft's addresses", () => {
  const page = readFileSync(new URL('../../../CONTRIBUTING.md', import.meta.url), 'utf8');
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { apps, providers } = readAppsFile(text, KNOWN_APPS);
  const catalogue = createCatalogue(providers, apps);
  expect(catalogue.get('acme-crm')?.publicKeys).toEqual(['client_id', 'tenant']);
  expect(catalogue.get('office365-calendar')?.credential).toMatchObject({
    apiBase: 'https://graph.microsoft.us',
  });
});
