import type { FormApp } from '../../apps/index.ts';
import type { Outbound } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';

export interface VerifyContext extends Pick<PlatformContext, 'outbound' | 'outboundToTyped'> {
  /** Whether the operator lets users name private addresses, and plain http. */
  readonly privateAddresses: boolean;
}

/** Where an entry is tried, and the way there: the address policy holds for what a user typed. */
export interface Place {
  readonly url: string;
  readonly outbound: Outbound;
}

/**
 * The address that a user typed, or else the one of the app's record.
 * @throws KeyferryError body_invalid where it is none that can be asked, internal where the record has none
 */
export function placeOf(context: VerifyContext, app: FormApp, typed: unknown): Place {
  if (typeof typed === 'string') return { url: askable(typed), outbound: context.outboundToTyped };
  const { apiBase } = app.credential;
  if (apiBase === undefined) {
    throw new KeyferryError('internal', `The record of ${app.slug} has no address to try it at.`);
  }
  return { url: apiBase, outbound: context.outbound };
}

function askable(typed: string): string {
  const text = withHttps(typed);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new KeyferryError('body_invalid', 'The address must begin with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new KeyferryError('body_invalid', 'The address must not hold a user name or a password.');
  }
  return url.href;
}

/** Calendar programs copy the address of a feed as webcal: https by another name. */
export function withHttps(text: string): string {
  return text.replace(/^webcals?:\/\//i, 'https://');
}

/** A text of an entry; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** RFC 7617, in UTF-8. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
