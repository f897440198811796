import { alby } from './alby.ts';
import { appleCalendar } from './apple-calendar.ts';
import { basecamp3 } from './basecamp3.ts';
import { btcpayserver } from './btcpayserver.ts';
import { caldavCalendar } from './caldav-calendar.ts';
import { closecom } from './closecom.ts';
import type {
  AppDefinition,
  FormCredential,
  OAuthCredential,
  ProviderOverride,
  ProviderOverrides,
} from './definition.ts';
import { dub } from './dub.ts';
import { exchange } from './exchange.ts';
import { exchange2013Calendar } from './exchange2013-calendar.ts';
import { exchange2016Calendar } from './exchange2016-calendar.ts';
import { feishuCalendar } from './feishu-calendar.ts';
import { googleCalendar } from './google-calendar.ts';
import { hitpay } from './hitpay.ts';
import { hubspot } from './hubspot.ts';
import { huddle01 } from './huddle01.ts';
import { icsFeed } from './ics-feed.ts';
import { intercom } from './intercom.ts';
import { jelly } from './jelly.ts';
import { larkCalendar } from './lark-calendar.ts';
import { lyra } from './lyra.ts';
import { msteams } from './msteams.ts';
import { nextcloudtalk } from './nextcloudtalk.ts';
import { office365Calendar } from './office365-calendar.ts';
import { paypal } from './paypal.ts';
import { pipedriveCrm } from './pipedrive-crm.ts';
import { PLAIN_APPS } from './plain/index.ts';
import { salesforce } from './salesforce.ts';
import { sendgrid } from './sendgrid.ts';
import { stripe } from './stripe.ts';
import { tandem } from './tandem.ts';
import { vitalAutomation } from './vital-automation.ts';
import { webex } from './webex.ts';
import { zohoBigin } from './zoho-bigin.ts';
import { zohocalendar } from './zohocalendar.ts';
import { zohocrm } from './zohocrm.ts';
import { zoom } from './zoom.ts';

export * from './definition.ts';
export * from './file/index.ts';
export * from './keys/index.ts';
export * from './refresh-pause.ts';

/** Every app, by slug. */
export type Catalogue = ReadonlyMap<string, AppDefinition>;

/** The apps that Keyferry itself knows. */
export const KNOWN_APPS: readonly AppDefinition[] = [
  ...PLAIN_APPS,
  alby,
  appleCalendar,
  basecamp3,
  btcpayserver,
  caldavCalendar,
  closecom,
  dub,
  exchange,
  exchange2013Calendar,
  exchange2016Calendar,
  feishuCalendar,
  googleCalendar,
  hitpay,
  hubspot,
  huddle01,
  icsFeed,
  intercom,
  jelly,
  larkCalendar,
  lyra,
  msteams,
  nextcloudtalk,
  office365Calendar,
  paypal,
  pipedriveCrm,
  salesforce,
  sendgrid,
  stripe,
  tandem,
  vitalAutomation,
  webex,
  zohoBigin,
  zohocalendar,
  zohocrm,
  zoom,
];

/**
 * The store, with addresses overridden where the operator configured others.
 * @param added apps of the operator
 */
export function createCatalogue(
  overrides: ProviderOverrides = {},
  added: readonly AppDefinition[] = [],
): Catalogue {
  return new Map([...KNOWN_APPS, ...added].map(app => [app.slug, overridden(app, overrides[app.slug])]));
}

function overridden(app: AppDefinition, override: ProviderOverride | undefined): AppDefinition {
  if (override === undefined) return app;
  if (isFormApp(app)) {
    const { apiBase = app.credential.apiBase } = override;
    return apiBase === undefined ? app : { ...app, credential: { ...app.credential, apiBase } };
  }
  if (!isOAuthApp(app)) return app;
  const { apiBase = app.credential.apiBase, appTokenEndpoint, lookupEndpoint, ...endpoints } = override;
  const { appToken, lookup } = app.credential.oauth;
  const oauth = {
    ...app.credential.oauth,
    ...endpoints,
    ...(appToken && appTokenEndpoint ? { appToken: { ...appToken, endpoint: appTokenEndpoint } } : {}),
    ...(lookup && lookupEndpoint ? { lookup: { ...lookup, url: lookupEndpoint } } : {}),
  };
  return { ...app, credential: { ...app.credential, apiBase, oauth } };
}

/** The app of a slug: the name on both wires. */
export function bySlug(catalogue: Catalogue, slug: string): AppDefinition | undefined {
  return catalogue.get(slug);
}

/** The app of a folder of Cal.com's app store: `office365video` is msteams. */
export function byDirName(catalogue: Catalogue, dirName: string): AppDefinition | undefined {
  return [...catalogue.values()].find(app => app.dirName === dirName);
}

/** The app of a "Credential".type: `office365_video` is msteams. */
export function byType(catalogue: Catalogue, type: string): AppDefinition | undefined {
  return [...catalogue.values()].find(app => app.type === type);
}

/** An app whose credential is an OAuth grant. */
export type OAuthApp = AppDefinition & { readonly credential: OAuthCredential };

/** Whether users connect the app by the OAuth code flow. */
export function isOAuthApp(app: AppDefinition): app is OAuthApp {
  return app.credential.kind === 'oauth2';
}

/** An app whose credential a user enters. */
export type FormApp = AppDefinition & { readonly credential: FormCredential };

/** Whether users connect the app by a form. */
export function isFormApp(app: AppDefinition): app is FormApp {
  return 'fields' in app.credential;
}
