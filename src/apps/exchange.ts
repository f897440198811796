import { z } from 'zod';
import type { AppDefinition, FormCredential } from './definition.ts';
import { flag, NO_KEYS, OWN_SERVER, ownServerFields, USED_AS_PUSHED } from './shared.ts';

/** Where an Exchange server answers EWS. */
const EWS_HINT = 'The address of Exchange Web Services, such as https://mail.example/EWS/Exchange.asmx.';

/** How a user of Exchange 2013 or 2016 connects it. */
export const BY_EWS = {
  kind: 'basic',
  schema: OWN_SERVER,
  fields: ownServerFields(EWS_HINT),
  nesting: 'string',
  verify: null,
  calcom: USED_AS_PUSHED,
} as const satisfies FormCredential;

/** EWS's own numbers. */
const VERSIONS = {
  0: 'Exchange 2007 SP1',
  1: 'Exchange 2010',
  2: 'Exchange 2010 SP1',
  3: 'Exchange 2010 SP2',
  4: 'Exchange 2013',
  5: 'Exchange 2013 SP1',
  6: 'Exchange 2015',
  7: 'Exchange 2016',
} as const;

export const exchange = {
  slug: 'exchange',
  dirName: 'exchangecalendar',
  name: 'Microsoft Exchange',
  type: 'exchange_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Microsoft Exchange calendar over EWS with basic or NTLM login.',
  keys: NO_KEYS,
  publicKeys: [],
  credential: {
    kind: 'basic',
    schema: OWN_SERVER.extend({
      authenticationMethod: z.coerce.number().int().min(0).max(1).default(0),
      exchangeVersion: z.coerce.number().int().min(0).max(7).default(7),
      useCompression: flag,
    }),
    fields: [
      ...ownServerFields(EWS_HINT),
      {
        name: 'authenticationMethod',
        label: 'Login',
        input: 'select',
        options: { 0: 'Standard', 1: 'NTLM' },
        required: true,
      },
      {
        name: 'exchangeVersion',
        label: 'Version',
        input: 'select',
        options: VERSIONS,
        initial: '7',
        required: true,
      },
      { name: 'useCompression', label: 'Compression', input: 'checkbox', required: false },
    ],
    nesting: 'string',
    verify: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
