/** Apps whose brand has another name in simple-icons than their slug or name says. */
export const BRANDS: Readonly<Record<string, string>> = {
  'apple-calendar': 'apple',
  basecamp3: 'basecamp',
  btcpayserver: 'btcpayserver',
  cron: 'notion',
  facetime: 'facetime',
  'feishu-calendar': 'lark',
  metapixel: 'meta',
  nextcloudtalk: 'nextcloud',
  plausible: 'plausibleanalytics',
  'zoho-bigin': 'zoho',
  zohocalendar: 'zoho',
  zohocrm: 'zoho',
};
