import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, text, USED_AS_PUSHED } from './shared.ts';

export const alby = {
  slug: 'alby',
  dirName: 'alby',
  name: 'Alby',
  type: 'alby_payment',
  variant: 'payment',
  categories: ['payment'],
  description: 'Take Bitcoin Lightning payments for bookings through an Alby wallet.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  credential: {
    kind: 'oauth2_setup_only',
    schema: z.looseObject({
      account_id: text,
      account_email: z.email(),
      account_lightning_address: text,
      webhook_endpoint_id: text,
      webhook_endpoint_secret: text,
    }),
    fields: [
      { name: 'account_id', label: 'Account id', input: 'text', required: true },
      { name: 'account_email', label: 'Mail address of the account', input: 'email', required: true },
      { name: 'account_lightning_address', label: 'Lightning address', input: 'text', required: true },
      { name: 'webhook_endpoint_id', label: 'Webhook id', input: 'text', required: true },
      { name: 'webhook_endpoint_secret', label: 'Webhook secret', input: 'password', required: true },
    ],
    nesting: 'plain',
    verify: null,
    calcom: {
      ...USED_AS_PUSHED,
      remark: "Cal.com's setup page signs in at Alby in the browser and keeps these facts, not the tokens.",
    },
  },
} as const satisfies AppDefinition;
