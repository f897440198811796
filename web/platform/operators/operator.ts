import type { Operator } from '../../../src/platform/http/operators.ts';
import type { StatusLook } from '../../parts/status.tsx';

export const OPERATORS = '/api/keyferry/v1/operators';

export type { Operator };

/** A password that was made for somebody. */
export interface Made {
  readonly operator: Pick<Operator, 'email'>;
  readonly password: string;
}

export function stateOf({ locked, mustChangePassword }: Operator): StatusLook {
  if (locked) return { label: 'Locked', colour: 'red' };
  if (mustChangePassword) return { label: 'Must choose a password', colour: 'yellow' };
  return { label: 'Active', colour: 'teal' };
}
