import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NO_KEYS, text, USED_AS_PUSHED } from './shared.ts';

export const btcpayserver = {
  slug: 'btcpayserver',
  dirName: 'btcpayserver',
  name: 'BTCPayServer',
  type: 'btcpayserver_payment',
  variant: 'payment',
  categories: ['payment'],
  description: 'Bitcoin payments for bookings through a self-hosted BTCPay Server.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'api_key',
    schema: z.looseObject({ serverUrl: z.url(), storeId: text, apiKey: text, webhookSecret: text }),
    fields: [
      { name: 'serverUrl', label: 'Address of the server', input: 'url', required: true },
      { name: 'storeId', label: 'Store id', input: 'text', required: true },
      { name: 'apiKey', label: 'API key', input: 'password', required: true },
      { name: 'webhookSecret', label: 'Webhook secret', input: 'password', required: true },
    ],
    nesting: 'plain',
    verify: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
