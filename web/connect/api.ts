import type { AppChoice, SessionView } from '../../src/platform/connect/view-session.ts';
import type { FormFault } from '../../src/platform/forms/read-form.ts';
import type { HostView } from '../../src/platform/http/connect-host.ts';
import { ask, Refusal } from '../lib/api.ts';

export type { AppChoice, FormFault, HostView, SessionView };

export type Entered = Readonly<Record<string, string | boolean>>;

const SESSIONS = '/api/connect/sessions';

/** How the host looks; plain where that cannot be asked, since what went wrong is told by what follows. */
export function readHost(): Promise<HostView> {
  const plain: HostView = { name: null, url: null, logo: null, colour: null };
  return ask<HostView>('GET', '/api/connect/host').catch(() => plain);
}

const opening = new Map<string, Promise<SessionView>>();

/** Opens a link, once: two requests without a cookie would be two browsers. @throws Refusal */
export function openLink(token: string): Promise<SessionView> {
  const under = opening.get(token) ?? ask<SessionView>('POST', SESSIONS, { body: { token } });
  opening.set(token, under);
  under.catch(() => opening.delete(token));
  return under;
}

/** @throws Refusal */
export function readSession(id: string): Promise<SessionView> {
  return ask<SessionView>('GET', `${SESSIONS}/${id}`);
}

/** Sets out to the provider. @returns its address @throws Refusal */
export async function begin(id: string, slug: string): Promise<string> {
  const path = `${SESSIONS}/${id}/apps/${encodeURIComponent(slug)}/begin`;
  return (await ask<{ location: string }>('POST', path)).location;
}

/** Connects an app with what was entered. @returns the host's page, or null for ours @throws Refusal */
export async function submit(id: string, slug: string, fields: Entered): Promise<string | null> {
  const path = `${SESSIONS}/${id}/apps/${encodeURIComponent(slug)}`;
  return (await ask<{ returnTo: string | null }>('POST', path, { body: { fields } })).returnTo;
}

/** What is wrong with the fields of a form that was refused; none where something else is wrong. */
export function faultsIn(error: unknown): readonly FormFault[] {
  const faults = error instanceof Refusal ? error.details.faults : undefined;
  return Array.isArray(faults) ? (faults as FormFault[]) : [];
}
