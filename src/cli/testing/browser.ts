/** A form of a page, with what it would send. */
export interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The text of its button. */
  readonly label: string;
}

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly forms: readonly Form[];
}

export interface Browser {
  open(url: string): Promise<Page>;
  /** Clicks the first button whose label begins so, or that of a form. */
  click(page: Page, what: string | Form): Promise<Page>;
  /** As a script of the page there asks. @returns the answer, read as JSON */
  ask(url: string, json: unknown): Promise<unknown>;
}

/**
 * As much of a browser as a consent needs: cookies (by host, as browsers keep them, whatever the port), redirects, forms,
 * the Origin header, and the page's own word on where its forms may lead.
 */
export function createBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();

  async function send(
    first: string,
    init: RequestInit,
    allowed: ((url: URL) => boolean) | null,
  ): Promise<Page> {
    let url = new URL(first);
    let request = init;
    for (let hops = 0; hops < 10; hops += 1) {
      if (allowed && !allowed(url)) throw new Error(`form-action forbids ${url.origin}`);
      const cookies = jar.get(url.hostname) ?? new Map<string, string>();
      jar.set(url.hostname, cookies);
      const headers = new Headers(request.headers);
      if (!headers.has('accept')) headers.set('accept', 'text/html');
      if (cookies.size > 0) headers.set('cookie', [...cookies].map(pair => pair.join('=')).join('; '));
      const answer = await fetch(url, { ...request, headers, redirect: 'manual' });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location === null) return pageOf(url, answer);
      await answer.body?.cancel();
      url = new URL(location, url);
      request = {};
    }
    throw new Error('More than ten redirects.');
  }

  return {
    open: url => send(url, {}, null),
    async click(page, what) {
      const form = typeof what === 'string' ? page.forms.find(one => one.label.startsWith(what)) : what;
      if (!form)
        throw new Error(`No button "${what}" at ${page.url}; there are: ${page.forms.map(one => one.label)}`);
      const init = {
        method: 'POST',
        headers: { origin: new URL(page.url).origin },
        body: new URLSearchParams(form.fields),
      };
      return send(new URL(form.action, page.url).href, init, formAction(page));
    },
    async ask(url, json) {
      const headers = {
        accept: 'application/json',
        'content-type': 'application/json',
        origin: new URL(url).origin,
      };
      const { text } = await send(url, { method: 'POST', headers, body: JSON.stringify(json) }, null);
      return JSON.parse(text);
    },
  };
}

async function pageOf(url: URL, answer: Response): Promise<Page> {
  const text = await answer.text();
  const forms = [...text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', inner = '']) => ({
      action: plain(action),
      fields: Object.fromEntries(
        [...inner.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [plain(name), plain(value)],
        ),
      ),
      label: plain((/<button[^>]*>(.*?)<\/button>/s.exec(inner)?.[1] ?? '').replace(/<[^>]*>/g, ' ')).trim(),
    }),
  );
  return { url: url.href, status: answer.status, headers: answer.headers, text, forms };
}

/** What a Content-Security-Policy lets forms lead to, redirects included; null where it says nothing. */
function formAction(page: Page): ((url: URL) => boolean) | null {
  const policy = page.headers.get('content-security-policy') ?? '';
  const sources = /form-action ([^;]*)/.exec(policy)?.[1]?.split(' ');
  if (!sources) return null;
  const self = new URL(page.url).origin;
  return url => sources.some(source => url.origin === (source === "'self'" ? self : source));
}

function plain(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
