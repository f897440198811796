import { expect, test } from 'vitest';
import { keyLabel } from './key-label.ts';

test.each([
  ['client_id', 'Client ID'],
  ['redirect_uris', 'Redirect URIs'],
  ['api_key', 'API key'],
  ['nextcloudTalkHost', 'Nextcloud talk host'],
  ['base_url', 'Base URL'],
])('%s is called %s', (name, label) => {
  expect(keyLabel(name)).toBe(label);
});
