import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NO_KEYS, text, USED_AS_PUSHED } from './shared.ts';

export const paypal = {
  slug: 'paypal',
  dirName: 'paypal',
  name: 'Paypal',
  type: 'paypal_payment',
  variant: 'payment',
  categories: ['payment'],
  description: "PayPal checkout with the user's own REST app keys.",
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'oauth2_client_credentials',
    schema: z.looseObject({ client_id: text, secret_key: text, webhook_id: text }),
    fields: [
      { name: 'client_id', label: 'Client id', input: 'text', required: true },
      { name: 'secret_key', label: 'Secret', input: 'password', required: true },
      {
        name: 'webhook_id',
        label: 'Webhook id',
        input: 'text',
        required: true,
        hint: 'Of a webhook of this REST app that points to the scheduling instance.',
      },
    ],
    nesting: 'plain',
    verify: 'paypal',
    // The sandbox of PayPal is https://api-m.sandbox.paypal.com: KEYFERRY_APPS_FILE.
    apiBase: 'https://api-m.paypal.com',
    calcom: {
      ...USED_AS_PUSHED,
      remark: 'Cal.com makes the webhook when a user saves keys there; a pushed key brings its own.',
    },
  },
} as const satisfies AppDefinition;
