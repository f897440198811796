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
  return { 'credential.push': 'Push', 'credential.delete': 'Delete' }[topic] ?? 'Webhook to the host';
}

/** An event in words; its kind where it is not known here. */
export function eventName(kind: string): string {
  return EVENTS[kind] ?? kind;
}

const EVENTS: Readonly<Record<string, string>> = {
  'connection.connected': 'Connected',
  'connection.reconnected': 'Connected again',
  'connection.imported': 'Imported',
  'connection.refreshed': 'Token refreshed',
  'connection.recovered': 'Works again',
  'connection.failing': 'Refresh failed',
  'connection.needs_reconnect': 'The user must connect again',
  'connection.disconnected': 'Disconnected',
  'connection.ending': 'About to end',
  'delivery.done': 'Delivered',
  'delivery.stopped': 'Delivery stopped',
  'delivery.noted': 'Delivery',
};
