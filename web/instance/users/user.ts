import type { User } from '../../../src/instance/http/users.ts';
import type { StatusLook } from '../../parts/status.tsx';

export const USERS = '/api/v1/users';

export function stateOf({ locked, hasPassword }: User): StatusLook {
  if (locked) return { label: 'Locked', colour: 'red' };
  if (hasPassword) return { label: 'Can sign in', colour: 'teal' };
  return { label: 'Has no password', colour: 'gray' };
}
