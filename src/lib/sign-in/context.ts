import type { RawBuilder } from 'kysely';
import type { Store } from '../db/index.ts';
import type { Effects } from '../effects.ts';
import type { Keyring } from '../sealed-box.ts';

/** A store of either role, or a transaction of it. */
export type Db = Store['db'];

/** The tables of one role. Both roles may live in one database, so that each has its own names. */
export interface SignInTables {
  /** Has "id", "email" in lower case, "name", "locked", "sealedPassword" and "mustChangePassword". */
  readonly people: 'users' | 'operator';
  readonly sessions: 'user_session' | 'operator_session';
  readonly tries: 'user_try' | 'operator_try';
  /** Whether the row `p` of a person is an admin's. */
  readonly isAdmin: RawBuilder<boolean>;
}

export const SIGN_IN_EVENT_KINDS = [
  'setup.done',
  'user.signed_in',
  'user.sign_in_failed',
  'user.password_changed',
  'user.one_time_password_made',
  'user.password_sealed',
  'session.refused',
  'password.refused',
] as const;

export type SignInEventKind = (typeof SIGN_IN_EVENT_KINDS)[number];

export interface SignInEvent {
  readonly kind: SignInEventKind;
  /** `api-key`, or whose session it was. */
  readonly actor: string;
  readonly personId: number;
}

export interface NewAdmin {
  readonly email: string;
  readonly name: string | null;
}

/** What signing in needs to know of a role. */
export interface SignInRole {
  readonly role: 'instance' | 'platform';
  readonly tables: SignInTables;
  /** Adds an admin, or makes the one of this e-mail one. The password is put after it. @returns the id */
  readonly putAdmin: (db: Db, admin: NewAdmin, now: number) => Promise<number>;
  readonly note: (db: Db, event: SignInEvent, now: number) => Promise<void>;
  /** How events name a person who acts: `user:7`. */
  readonly actorOf: (personId: number) => string;
}

export interface SignInContext extends SignInRole {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly publicUrl: string;
  /** Whether X-Forwarded-For is written by a proxy of ours. */
  readonly trustProxy: boolean;
  readonly effects: Effects;
}
