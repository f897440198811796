import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { ErrorCode } from '../../protocol/index.ts';

export type Html = ReturnType<typeof html>;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#1c1c1e;background:#fff}
h1{font-size:1.4rem}ul{list-style:none;padding:0}li{margin:.5rem 0}
a{color:#0b57d0}.app{display:block;padding:.75rem 1rem;border:1px solid #c7c7cc;border-radius:.5rem;text-decoration:none}
.quiet{color:#5f6368;font-size:.9rem}.field>*{display:block}.field input:not([type=checkbox]),select,textarea{box-sizing:border-box;width:100%;margin-top:.25rem;padding:.5rem;font:inherit}
.field [type=checkbox],.field [type=checkbox]+label{display:inline}button{padding:.6rem 1.2rem;font:inherit}.faults{padding:.1rem 1rem;border-left:4px solid #b3261e}.faults ul{list-style:disc;padding-left:1rem}.fault{color:#b3261e}
@media(prefers-color-scheme:dark){:root{color-scheme:dark}body{color:#f2f2f7;background:#1c1c1e}.fault{color:#f2b8b5}a{color:#8ab4f8}.app{border-color:#48484a}.quiet{color:#a1a1a6}}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The headers of every page and redirect of the connect flow: its addresses hold one-time tokens. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
  'content-security-policy': policy("'none'"),
};

function policy(formAction: string): string {
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`;
}

/**
 * The headers of a page with a form. A browser sends a useful Origin with a form only where the page may send
 * a referrer to its own site; and it checks a form's policy against what the answer redirects to as well.
 */
export function formHeaders(returnUrl: string | null): Readonly<Record<string, string>> {
  const allowed = returnUrl === null ? "'self'" : `'self' ${new URL(returnUrl).origin}`;
  return {
    ...PAGE_HEADERS,
    'referrer-policy': 'same-origin',
    'content-security-policy': policy(allowed),
  };
}

/** A whole page. Both are escaped by `html`. */
export function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${raw(STYLE)}</style></head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>`;
}

export interface Choice {
  readonly name: string;
  readonly done: boolean;
  /** Where it is connected. */
  readonly href: string;
}

/** Which app to connect. */
export function choicePage(choices: readonly Choice[], returnUrl: string | null): Html {
  const items = choices.map(({ name, done, href }) =>
    done
      ? html`<li><span class="app">${name} <span class="quiet">connected</span></span></li>`
      : html`<li><a class="app" href="${href}">Connect ${name}</a></li>`,
  );
  return page('Connect an app', html`<ul>${items}</ul>${back(returnUrl)}`);
}

/** An app is connected. @param more where the rest is connected, or null */
export function connectedPage(name: string, more: string | null): Html {
  const next =
    more === null
      ? html`<p>You can close this window.</p>`
      : html`<p><a href="${more}">Connect another app</a>, or close this window.</p>`;
  return page(`${name} is connected`, next);
}

const TITLES: Partial<Record<ErrorCode, string>> = {
  session_invalid: 'This link no longer works',
  consent_denied: 'Access was not granted',
  app_keys_missing: 'This app is not set up yet',
  not_found: 'There is nothing here',
};

/** What went wrong. @param again where to try again, or null */
export function errorPage(
  error: { code: ErrorCode; message: string },
  { again, returnUrl }: { again: string | null; returnUrl: string | null },
): Html {
  const way =
    again === null
      ? html`<p>Go back to where you came from and start again. If it stays so, tell whoever sent you here.</p>`
      : html`<p><a href="${again}">Try again</a>. If it stays so, tell whoever sent you here.</p>`;
  const body = html`<p>${error.message}</p>${way}${back(returnUrl)}<p class="quiet">Code: ${error.code}</p>`;
  return page(TITLES[error.code] ?? 'That did not work', body);
}

function back(returnUrl: string | null): Html | string {
  return returnUrl === null ? '' : html`<p><a href="${returnUrl}">Back</a></p>`;
}
