import type { OAuthApp, OAuthDefinition } from '../../src/apps/index.ts';
import { zoom } from '../../src/apps/zoom.ts';

/** Zoom's record, with what a test wants of its refresh. */
export function likeZoom(slug: string, changes: Partial<OAuthDefinition>): OAuthApp {
  const credential = { ...zoom.credential, oauth: { ...zoom.credential.oauth, ...changes } };
  return { ...zoom, slug, dirName: slug, type: `${slug}_video`, credential };
}

/** An app whose provider takes a refresh token that was used for a minute more. */
export const GRACEFUL = likeZoom('graceful', { rotation: { rotates: true, graceMs: 60_000 } });
