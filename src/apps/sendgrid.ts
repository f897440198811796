import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NO_KEYS, text, USED_AS_PUSHED } from './shared.ts';

export const sendgrid = {
  slug: 'sendgrid',
  dirName: 'sendgrid',
  name: 'Sendgrid',
  type: 'sendgrid_other_calendar',
  variant: 'other_calendar',
  categories: ['other'],
  description: 'Adds attendees to SendGrid marketing contacts.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'api_key',
    schema: z.looseObject({ api_key: text }),
    fields: [{ name: 'api_key', label: 'API key', input: 'password', required: true }],
    nesting: 'encrypted_member',
    verify: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
