import { randomUUID } from 'node:crypto';
import { isOAuthApp } from '../../apps/index.ts';
import { hashToken, randomToken } from '../../lib/sign-in/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { DEFAULT_TARGET, type PlatformContext } from '../context.ts';
import { insertSession } from '../store/index.ts';
import { findTarget } from '../targets.ts';
import { allAppKeys, appKeysMissing, findConnectableApp, refuseTaken } from '../vault/index.ts';

export interface SessionRequest {
  readonly externalUserId: string;
  readonly calcomUserId: number;
  /** Slugs; absent: every OAuth app that has keys. Apps with a form are offered where they are named. */
  readonly apps?: readonly string[] | undefined;
  /** Where the browser goes afterwards; http(s). */
  readonly returnUrl?: string | undefined;
  /** The language of the pages, a BCP 47 tag; absent: the one that the browser prefers. */
  readonly locale?: string | undefined;
}

export interface CreatedSession {
  readonly id: string;
  /** For one browser, once. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** How long a link can be opened, in milliseconds. */
export const SESSION_MS = 30 * 60_000;

/**
 * Makes the link that a host gives to its user.
 * @throws KeyferryError app_not_found, app_keys_missing, conflict, sharing_disabled
 */
export async function createSession(
  context: Pick<PlatformContext, 'config' | 'database' | 'catalogue' | 'effects'>,
  { externalUserId, calcomUserId, apps, returnUrl, locale }: SessionRequest,
): Promise<CreatedSession> {
  const { config, database, effects } = context;
  if ((await findTarget(context, DEFAULT_TARGET)) === null) {
    throw new KeyferryError('sharing_disabled', 'There is no instance to connect apps for.', {
      remedy: 'Set CALCOM_WEBAPP_URL, the secret and the encryption key.',
    });
  }
  const slugs = await allowedApps(context, apps);
  await refuseTaken(database.db, { targetId: DEFAULT_TARGET, externalUserId, calcomUserId });
  const token = randomToken();
  const session = { id: randomUUID(), targetId: DEFAULT_TARGET, externalUserId, calcomUserId };
  const now = effects.now();
  const expiresAt = now + SESSION_MS;
  await insertSession(
    database.db,
    {
      ...session,
      tokenHash: hashToken(config.keyring, token),
      apps: JSON.stringify(slugs),
      returnUrl: returnUrl ?? null,
      expiresAt,
    },
    now,
  );
  const language = locale === undefined ? '' : `?lang=${encodeURIComponent(locale)}`;
  return { id: session.id, url: `${config.publicUrl}/connect/${token}${language}`, expiresAt };
}

async function allowedApps(
  context: Pick<PlatformContext, 'config' | 'database' | 'catalogue'>,
  wanted: readonly string[] | undefined,
): Promise<readonly string[]> {
  const keys = await allAppKeys(context);
  const withKeys = [...context.catalogue.values()].filter(app => isOAuthApp(app) && keys.has(app.slug));
  const slugs = [...new Set(wanted ?? withKeys.map(({ slug }) => slug))];
  for (const slug of slugs) {
    const app = findConnectableApp(context, slug);
    if (isOAuthApp(app) && !keys.has(slug)) throw appKeysMissing(slug);
  }
  if (slugs.length === 0) {
    throw new KeyferryError('app_keys_missing', 'No app has keys on this platform.', {
      remedy: 'Set them with PUT /api/keyferry/v1/apps/{slug}.',
    });
  }
  return slugs;
}
