import { expect, test } from 'vitest';
import { createCatalogue } from '../../src/apps/index.ts';
import { holdingOf, isConnected, stateOf } from './own-apps.ts';

test.each([
  [{ appEnabled: true, status: 'working' }, 'Connected', false, false],
  [{ appEnabled: true, status: 'failing' }, 'In trouble', true, true],
  [{ appEnabled: true, status: 'needs_reconnect' }, 'Connect again', true, true],
  [{ appEnabled: false, status: 'needs_reconnect' }, 'Disabled', true, false],
] as const)('%j is "%s"', (credential, label, trouble, reconnect) => {
  const state = stateOf(credential, 'Zoom');
  expect(state.look.label).toBe(label);
  expect(state.trouble?.includes('Zoom') ?? false).toBe(trouble);
  expect(state.reconnect).toBe(reconnect);
});

test('every app says what it holds; those that hold nothing of the user are not connected', () => {
  for (const app of createCatalogue().values()) {
    const { kind } = app.credential;
    expect(isConnected(kind)).toBe('schema' in app.credential);
    expect(holdingOf(kind).startsWith('Nothing')).toBe(!isConnected(kind));
  }
});
