export { sendEvent } from './send-event.ts';
export { findHostWebhook, type HostWebhook, putHostWebhook, readHostWebhook } from './webhook.ts';
