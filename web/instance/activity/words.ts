import type { EventKind } from '../../../src/instance/store/insert-event.ts';

/** Filters: how the kinds of a group begin. */
export const KINDS: readonly (readonly [prefix: string, name: string])[] = [
  ['', 'Everything'],
  ['credential.', 'Credentials'],
  ['app.', 'Apps and keys'],
  ['user.', 'Users and sign-in'],
  ['platform.', 'The platform'],
];

const NAMES: Readonly<Record<EventKind, string>> = {
  'app.changed': 'App changed',
  'credential.deleted': 'Credential deleted',
  'credential.failing': 'Refresh fails',
  'credential.needs_reconnect': 'Needs to be connected again',
  'credential.pushed': 'Credential received',
  'credential.recovered': 'Works again',
  'credential.refreshed': 'Token refreshed',
  'platform.recovered': 'The platform answers again',
  'platform.refused': 'The platform refuses our secret',
  'platform.unreachable': 'The platform does not answer',
  'setup.done': 'Set up',
  'user.added': 'User added',
  'user.locked': 'User locked',
  'api_key.refused': 'API key refused: not made here',
  'user.one_time_password_made': 'One-time password made',
  'user.password_sealed': 'Password of an earlier version sealed',
  'session.refused': 'Session refused: not made here',
  'password.refused': 'Password refused: not set here',
  'user.password_changed': 'Password changed',
  'user.role_changed': 'Role changed',
  'user.sign_in_failed': 'Sign-ins fail',
  'user.signed_in': 'Signed in',
  'user.unlocked': 'User unlocked',
};

/** An event's kind in words; the kind itself, made readable, where it has none here. */
export function kindName(kind: string): string {
  const plain = kind.replace(/[._]/g, ' ');
  return NAMES[kind as EventKind] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Who did it, in words. */
export function actorName(actor: string): string {
  const [who, id] = actor.split(':');
  if (who === 'user' && id !== undefined) return `user ${id}`;
  return { 'api-key': 'the API key', 'command-line': 'the command line' }[actor] ?? `the ${actor}`;
}
