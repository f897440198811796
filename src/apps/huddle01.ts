import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NO_KEYS, text, USED_AS_PUSHED } from './shared.ts';

export const huddle01 = {
  slug: 'huddle01',
  dirName: 'huddle01video',
  name: 'Huddle01',
  type: 'huddle01_video',
  variant: 'conferencing',
  categories: ['video', 'conferencing'],
  description: 'Creates Huddle01 web3 video rooms.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'identity_token',
    schema: z.looseObject({ identityToken: text }),
    fields: [
      {
        name: 'identityToken',
        label: 'Identity token',
        input: 'password',
        required: true,
        hint: 'Huddle01 hands it over in the address of the page to which it returns.',
      },
    ],
    nesting: 'plain',
    verify: null,
    calcom: {
      ...USED_AS_PUSHED,
      remark: 'Cal.com takes its own key for Huddle01 from HUDDLE01_API_TOKEN.',
    },
  },
} as const satisfies AppDefinition;
