import { HOST_TARGET } from '../../src/platform/host-webhooks/payload.ts';
import type { EventKind } from '../../src/platform/store/insert-event.ts';
import type { StatusLook } from '../parts/status.tsx';

export const CONNECTION_LOOKS = {
  connected: { label: 'Connected', colour: 'teal' },
  failing: { label: 'Failing', colour: 'orange' },
  needs_reconnect: { label: 'Needs reconnect', colour: 'red' },
} as const satisfies Record<string, StatusLook>;

export const DELIVERY_LOOKS = {
  waiting: { label: 'Waiting', colour: 'blue' },
  done: { label: 'Delivered', colour: 'teal' },
  stopped: { label: 'Stopped', colour: 'red' },
} as const satisfies Record<string, StatusLook>;

/** What the worker does with a delivery of a topic. */
export function topicName(topic: string): string {
  return { 'credential.push': 'Push', 'credential.delete': 'Delete' }[topic] ?? 'Webhook to your back end';
}

/** Where a delivery goes. */
export function receiverName({
  targetId,
  calcomUserId,
}: {
  readonly targetId: string;
  readonly calcomUserId: number | null;
}): string {
  const place = targetId === HOST_TARGET ? 'your back end' : targetId;
  return calcomUserId === null ? place : `${place}, user ${calcomUserId}`;
}

/** Why something ends by itself, in words; the code where it is not known here. */
export function endingName(reason: string): string {
  return ENDINGS[reason] ?? reason.replaceAll('_', ' ');
}

const ENDINGS: Readonly<Record<string, string>> = {
  client_secret: 'The provider ends the client secret',
  grant_lifetime: 'The provider ends each grant after a time',
  idle_lifetime: 'The grant dies unless it is refreshed',
  no_refresh_token: 'There is no refresh token',
  provider_stated: 'The provider has told this end',
};

/** An event in words; its kind where it is not known here. */
export function eventName(kind: string): string {
  return EVENTS[kind as EventKind] ?? kind;
}

const EVENTS: Readonly<Record<EventKind, string>> = {
  'connection.connected': 'Connected',
  'connection.reconnected': 'Connected again',
  'connection.imported': 'Imported',
  'connection.refreshed': 'Token refreshed',
  'connection.recovered': 'Works again',
  'connection.failing': 'Refresh failed',
  'connection.needs_reconnect': 'The user must connect again',
  'connection.disconnected': 'Disconnected',
  'connection.ending': 'About to end',
  'user.moved': 'The user has another account at the instance',
  'delivery.stopped': 'Delivery stopped',
  'delivery.noted': 'Note on a delivery',
  'app.keys_set': 'App keys changed',
  'app.secret_ending': 'Client secret about to end',
  'app.client_refused': 'The provider refuses the client',
  'app.client_accepted': 'The provider takes the client again',
  'operator.added': 'Operator added',
  'operator.removed': 'Operator removed',
  'user.locked': 'Operator locked',
  'user.unlocked': 'Operator unlocked',
  'setup.done': 'Set up',
  'user.signed_in': 'Signed in',
  'user.sign_in_failed': 'Sign-in failed',
  'user.password_changed': 'Password changed',
  'user.one_time_password_made': 'One-time password made',
  'target.refused': 'Target refused, its row was changed',
  'host_webhook.refused': 'Host webhook refused, its row was changed',
  'user.password_sealed': 'Password of an earlier version sealed',
  'session.refused': 'Session refused, not made here',
  'password.refused': 'Password refused, not set here',
};
