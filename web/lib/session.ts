import { useQuery } from '@tanstack/react-query';
import { ask } from './api.ts';

export interface SignedIn {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly role: 'admin' | 'user';
  /** The password was made by somebody else: nothing else works before it is replaced. */
  readonly mustChangePassword: boolean;
}

export interface Session {
  readonly user: SignedIn | null;
  readonly setupNeeded: boolean;
  readonly role: 'instance' | 'platform';
  readonly version: string;
}

export const SESSION_KEY = ['session'];

/** Who is signed in. Asked again when a page comes back to the front. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: () => ask<Session>('GET', '/api/session'),
    staleTime: 30_000,
  });
}
