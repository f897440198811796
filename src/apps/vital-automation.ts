import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { text, USED_AS_PUSHED } from './shared.ts';

export const vitalAutomation = {
  slug: 'vital-automation',
  dirName: 'vital',
  name: 'Vital',
  type: 'vital_other',
  variant: 'other',
  categories: ['automation'],
  description: 'Moves bookings when wearable sleep data is poor.',
  keys: z.object({ mode: text, region: text, api_key: text, webhook_secret: text }),
  publicKeys: ['mode', 'region'],
  credential: {
    kind: 'external_user_id',
    schema: z.looseObject({ userVitalId: text }),
    fields: [{ name: 'userVitalId', label: 'Id of the user at Vital', input: 'text', required: true }],
    nesting: 'plain',
    verify: null,
    calcom: { ...USED_AS_PUSHED, remark: "Requests go out with the operator's own key for Vital." },
  },
} as const satisfies AppDefinition;
