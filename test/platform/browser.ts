/** A browser without a screen: follows no redirect by itself, and keeps its cookies by host. */
export interface Browser {
  get(url: string): Promise<Response>;
  /** As a form is posted. */
  post(url: string, form: Record<string, string>): Promise<Response>;
  /** As a script of the page there asks. */
  ask(method: 'GET' | 'POST', url: string, json?: unknown): Promise<Response>;
  readonly cookies: Map<string, Map<string, string>>;
}

/** @param here what answers for the hosts that have no server, by origin */
export function browser(
  here: Readonly<Record<string, (request: Request) => Response | Promise<Response>>>,
): Browser {
  const cookies = new Map<string, Map<string, string>>();

  async function send(request: Request): Promise<Response> {
    const { origin, hostname } = new URL(request.url);
    const jar = cookies.get(hostname) ?? new Map<string, string>();
    cookies.set(hostname, jar);
    if (jar.size > 0) request.headers.set('cookie', [...jar].map(pair => pair.join('=')).join('; '));
    const response = await (here[origin] ?? fetch)(request);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  return {
    cookies,
    get: url => send(new Request(url, { redirect: 'manual' })),
    post: (url, form) =>
      send(
        new Request(url, {
          method: 'POST',
          redirect: 'manual',
          headers: { origin: new URL(url).origin },
          body: new URLSearchParams(form),
        }),
      ),
    ask: (method, url, json) =>
      send(
        new Request(url, {
          method,
          headers: {
            accept: 'application/json',
            ...(method === 'GET' ? {} : { origin: new URL(url).origin, 'content-type': 'application/json' }),
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        }),
      ),
  };
}

/** Where an answer sends the browser. */
export function location(response: Response): string {
  const to = response.headers.get('location');
  if (to === null) throw new Error(`answered ${response.status} without a location`);
  return new URL(to, response.url || undefined).href;
}
