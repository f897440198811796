import type { BrowserContext, Request as BrowserRequest } from 'playwright-core';
import type { Heard, Wiretap } from '../wiretap.ts';

/** An answer of a role. */
export interface Answer {
  /** `POST /api/session` */
  readonly what: string;
  readonly url: string;
  readonly status: number;
  readonly headers: string;
  readonly body: string;
  /** Whether a back end asked, with the key or the secret; else a browser did. */
  readonly withKey: boolean;
}

/** Sees all that passes between browsers and roles. */
export interface Witness {
  readonly answers: readonly Answer[];
  /** What pages loaded, as they read it: documents, scripts, styles. */
  readonly loaded: ReadonlySet<string>;
  /** Every address that a browser asked, without what no server sees of it. */
  readonly addresses: ReadonlySet<string>;
  /** What a page asked of another origin than its own: `page -> address`. */
  readonly strayed: readonly string[];
  /** Where browsers went. */
  readonly visited: ReadonlySet<string>;
  watch(context: BrowserContext): void;
  /** Waits for what is still being read. */
  settled(): Promise<void>;
}

const KEY_HEADERS = ['authorization', 'calcom-webhook-secret'];

/** @param taps before the roles */
export function createWitness(taps: readonly Wiretap[]): Witness {
  const answers: Answer[] = [];
  const [loaded, addresses, visited] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const strayed: string[] = [];
  const reading: Promise<unknown>[] = [];
  for (const tap of taps) tap.hear = heard => void answers.push(answerOf(heard));

  function asked(request: BrowserRequest): void {
    const url = new URL(request.url());
    if (!/^https?:$/.test(url.protocol)) return;
    url.hash = '';
    addresses.add(url.href);
    if (request.isNavigationRequest()) visited.add(url.origin);
    else if (new URL(request.frame().url()).origin !== url.origin) {
      strayed.push(`${request.frame().url()} -> ${url.href}`);
    }
  }

  return {
    ...{ answers, loaded, addresses, strayed, visited },
    watch(context) {
      context.on('request', asked);
      context.on('response', response => {
        // A page that was left meanwhile has no body any more. What an API answered is known from the role itself.
        const read = response.text().then(
          text => loaded.add(text),
          () => {},
        );
        reading.push(read);
      });
    },
    async settled() {
      await Promise.all(reading);
    },
  };
}

function answerOf({ request, response, body }: Heard): Answer {
  const { pathname } = new URL(request.url);
  const headers = [...response.headers].filter(([name]) => name !== 'set-cookie');
  return {
    what: `${request.method} ${pathname}`,
    url: request.url,
    status: response.status,
    headers: headers.map(([name, value]) => `${name}: ${value}`).join('\n'),
    body: response.headers.has('content-encoding') ? '' : body,
    withKey: KEY_HEADERS.some(name => request.headers.has(name)),
  };
}
