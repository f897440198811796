/** What a user of the tests enters, by slug; addresses are filled in by the test. */
export function formEntries({ caldav, feed }: { caldav: string; feed: string }) {
  const ada = { username: 'ada', password: 'correct horse: é' };
  return {
    alby: {
      account_id: 'a1',
      account_email: 'ada@example.com',
      account_lightning_address: 'ada@getalby.example',
      webhook_endpoint_id: 'w1',
      webhook_endpoint_secret: 'whsec_1',
    },
    'apple-calendar': ada,
    btcpayserver: {
      serverUrl: 'https://btcpay.example',
      storeId: 's1',
      apiKey: 'key-1',
      webhookSecret: 'secret-1',
    },
    'caldav-calendar': { ...ada, url: caldav },
    exchange: {
      ...ada,
      url: 'https://mail.example/EWS/Exchange.asmx',
      authenticationMethod: 1,
      exchangeVersion: 4,
      useCompression: true,
    },
    'exchange2013-calendar': { ...ada, url: 'https://mail.example/EWS/Exchange.asmx' },
    'exchange2016-calendar': { ...ada, url: 'https://mail.example/EWS/Exchange.asmx' },
    hitpay: { isSandbox: false, prod: { apiKey: 'key-1', saltKey: 'salt-1' } },
    huddle01: { identityToken: 'identity-1' },
    'ics-feed': { urls: [feed, `${feed}?second`] },
    paypal: { client_id: 'client-1', secret_key: 'secret-1', webhook_id: 'w1' },
    sendgrid: { api_key: 'SG.1' },
    'vital-automation': { userVitalId: 'v1' },
  } as const satisfies Record<string, Readonly<Record<string, unknown>>>;
}

/** An entry as the page sends it: `prod.apiKey` for a member of a member, lists as lines, boxes as they are. */
export function asEntered(
  entry: Readonly<Record<string, unknown>>,
  prefix = '',
): Record<string, string | boolean> {
  const pairs = Object.entries(entry).flatMap(([name, value]): [string, string | boolean][] => {
    if (typeof value === 'boolean') return [[`${prefix}${name}`, value]];
    if (Array.isArray(value)) return [[`${prefix}${name}`, value.join('\r\n')]];
    if (typeof value === 'object' && value !== null) {
      return Object.entries(asEntered(value as Record<string, unknown>, `${prefix}${name}.`));
    }
    return [[`${prefix}${name}`, String(value)]];
  });
  return Object.fromEntries(pairs);
}
