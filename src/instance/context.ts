import type { Catalogue } from '../apps/index.ts';
import type { Database } from '../lib/db/index.ts';
import type { Effects } from '../lib/effects.ts';
import type { GroupCommit } from '../lib/group-commit.ts';
import type { Outbound } from '../lib/outbound.ts';
import type { SignInContext } from '../lib/sign-in/index.ts';
import type { WrongSecrets } from '../lib/wrong-secrets.ts';
import type { AccessToken, TokenRequest } from './access-token.ts';
import type { InstanceConfig } from './config.ts';
import type { InstanceCounts } from './counts.ts';
import type { PushOutcome, StoredPush } from './store/index.ts';
import type { InstanceTables } from './tables.ts';
import type { Platform } from './tokens/platform.ts';

/** What the operations of one instance share. */
export interface InstanceContext {
  readonly config: InstanceConfig;
  readonly database: Database<InstanceTables>;
  readonly catalogue: Catalogue;
  readonly effects: Effects;
  readonly counts: InstanceCounts;
  readonly pushes: GroupCommit<StoredPush, PushOutcome>;
  /** To the platform's endpoint and to providers: addresses that the operator configured. */
  readonly outbound: Outbound;
  readonly signIn: SignInContext;
  readonly wrongSecrets: WrongSecrets;
  /** The other side as a whole, as this process knows it. */
  readonly platform: Platform;
  readonly accessToken: (request: TokenRequest) => Promise<AccessToken>;
  /** Whether a key is an admin's API key. One that was found good is remembered for ten seconds. */
  readonly isAdminKey: (key: string) => boolean | Promise<boolean>;
}
