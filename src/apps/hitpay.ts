import { z } from 'zod';
import type { AppDefinition, FormField } from './definition.ts';
import { flag, NO_KEYS, text, USED_AS_PUSHED } from './shared.ts';

const PAIR = z.object({ apiKey: text, saltKey: text }).optional();

function pairFields(name: 'prod' | 'sandbox', label: string): readonly FormField[] {
  return [
    { name: `${name}.apiKey`, label: `${label} API key`, input: 'password', required: false },
    { name: `${name}.saltKey`, label: `${label} salt`, input: 'password', required: false },
  ];
}

export const hitpay = {
  slug: 'hitpay',
  dirName: 'hitpay',
  name: 'HitPay',
  type: 'hitpay_payment',
  variant: 'payment',
  categories: ['payment'],
  description: 'Takes payments in Asia-Pacific through HitPay.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'api_key',
    schema: z
      .looseObject({ isSandbox: flag, prod: PAIR, sandbox: PAIR })
      .refine(({ isSandbox, prod, sandbox }) => (isSandbox ? sandbox : prod) !== undefined, {
        error: 'the keys of the mode that is chosen are missing',
        path: ['prod'],
      }),
    fields: [
      { name: 'isSandbox', label: 'Sandbox', input: 'checkbox', required: false },
      ...pairFields('prod', 'Production'),
      ...pairFields('sandbox', 'Sandbox'),
    ],
    nesting: 'plain',
    verify: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
