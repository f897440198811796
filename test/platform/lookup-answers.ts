/** What providers answer to the look-up of an account, and the members that are made of it, by slug. */
export const LOOKUP_ANSWERS: Readonly<Record<string, LookUpAnswer>> = {
  basecamp3: {
    answer: {
      expires_at: '2026-12-22T11:56:25Z',
      identity: { id: 9_999_999, first_name: 'Ada', email_address: 'ada@example.com' },
      accounts: [
        {
          product: 'bcx',
          id: 88_888_888,
          name: 'Engines',
          href: 'https://basecamp.com/88888888/api/v1',
          app_href: 'https://basecamp.com/88888888',
        },
        {
          product: 'bc3',
          id: 99_999_999,
          name: 'Engines',
          href: 'https://3.basecampapi.com/99999999',
          app_href: 'https://3.basecamp.com/99999999',
          hidden: false,
        },
      ],
    },
    members: {
      account: {
        product: 'bc3',
        id: 99_999_999,
        name: 'Engines',
        href: 'https://3.basecampapi.com/99999999',
        app_href: 'https://3.basecamp.com/99999999',
        hidden: false,
      },
    },
    useless: { identity: { id: 9_999_999 }, accounts: [{ product: 'bcx', id: 88_888_888 }] },
  },
  intercom: {
    answer: { type: 'admin', id: '1295', email: 'ada@example.com', app: { type: 'app', id_code: 'acme' } },
    members: { admin_id: '1295' },
    useless: { type: 'admin', id: null },
  },
  stripe: {
    answer: { object: 'account', country: 'DE', default_currency: 'eur', requirements: { errors: [] } },
    members: { default_currency: 'eur' },
    useless: { object: 'account', country: 'DE' },
  },
};

export interface LookUpAnswer {
  readonly answer: Readonly<Record<string, unknown>>;
  readonly members: Readonly<Record<string, unknown>>;
  /** An answer that lacks what is needed. */
  readonly useless: Readonly<Record<string, unknown>>;
}
