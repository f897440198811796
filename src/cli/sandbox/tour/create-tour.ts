import { type Context, Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { Instance } from '../../../instance/index.ts';
import { createOutbound } from '../../../lib/outbound.ts';
import { MAX_ID } from '../../../protocol/index.ts';
import type { Handler } from '../../gate.ts';
import type { SandboxClock } from '../clock.ts';
import { createActions } from './actions.ts';
import { faultPage, page } from './page.ts';
import { ApiProblem, createRoleApi } from './role-api.ts';
import { readStory } from './story.ts';
import { STYLE_HASH } from './style.ts';
import type { Notice } from './view.ts';

export interface TourOptions {
  readonly instance: {
    readonly url: string;
    readonly publicUrl: string;
    readonly database: Instance['database'];
  };
  readonly platform: { readonly url: string; readonly publicUrl: string };
  readonly apiKey: string;
  readonly clock: SandboxClock;
  readonly demoUserId: number;
  /** The emulated Google, or null where keys of the real one are set. */
  readonly google: {
    readonly url: string;
    /** Versions by id of the connections from before it started: it knows none of those grants. */
    readonly forgotten: ReadonlyMap<string, number>;
  } | null;
}

export interface Tour {
  readonly fetch: Handler;
  close(): Promise<void>;
}

/** Sends what is below /sandbox to the tour, all else to the platform. */
export function inFrontOf(platform: Handler, tour: Tour): Handler {
  return request =>
    /^\/sandbox(\/|$)/.test(new URL(request.url).pathname) ? tour.fetch(request) : platform(request);
}

const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
/** Where the instance sends its users to connect an app, below the platform: for KEYFERRY_CONNECT_URL. */
export const CONNECT_PATH = '/sandbox/apps?app={app}&user={userId}';

const wishSchema = z.object({
  app: z.string().min(1),
  user: z.coerce.number().int().min(1).max(MAX_ID),
});
const eventSchema = z.object({ id: z.string().min(1), calendarId: z.string().min(1) });

/**
 * The guided page of the sandbox: it plays the host's product with the public APIs of both roles. It has no
 * password, so it answers under loopback names alone, and takes forms from its own pages alone.
 */
export function createTour(options: TourOptions): Tour {
  const { clock, demoUserId, google } = options;
  const outbound = createOutbound({ deadlineMs: 30_000, maxBytes: 1024 * 1024, addresses: 'any' });
  const access = { apiKey: options.apiKey, outbound };
  const sources = {
    platform: createRoleApi('platform', options.platform.url, access),
    instance: createRoleApi('instance', options.instance.url, access),
    database: options.instance.database,
    demoUserId,
  };
  const actions = createActions(sources, clock);
  let notice: Notice | null = null;

  /** Does what was clicked, keeps what is to be said of it, and goes back to its card. */
  async function attempt(c: Context, step: number, run: () => Promise<string>): Promise<Response> {
    try {
      notice = { step, tone: 'good', text: await run(), remedy: null };
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      notice = { step, tone: 'bad', text: `${error.message} (${error.code})`, remedy: error.remedy };
    }
    return c.redirect(`/sandbox#step-${step}`, 303);
  }

  const app = new Hono();
  app.onError(answerFault);
  app.use(async function guard(c, next) {
    c.header('content-security-policy', policy(options));
    c.header('referrer-policy', 'same-origin');
    c.header('x-content-type-options', 'nosniff');
    c.header('cache-control', 'no-store');
    if (!LOCAL_HOSTS.includes(new URL(c.req.url).hostname)) {
      throw new HTTPException(403, { message: 'The tour answers under 127.0.0.1 and localhost only.' });
    }
    await next();
  });
  app.use(csrf());
  app.get('/sandbox', async c => {
    const story = await readStory(sources);
    const { connection } = story;
    const shown = c.req.query('keyferry') === 'error' ? notConnected(c.req.query('code')) : notice;
    notice = null;
    return c.html(
      page({
        story,
        notice: shown,
        use: actions.lastUse(),
        now: clock.now(),
        aheadMs: clock.aheadMs(),
        googleUrl: google?.url ?? null,
        forgotten: connection !== null && google?.forgotten.get(connection.id) === connection.version,
        demoUserId,
        places: { instance: options.instance.publicUrl, platform: options.platform.publicUrl },
      }),
    );
  });
  app.get('/sandbox/apps', async c => {
    const asked = wishSchema.safeParse(c.req.query());
    if (!asked.success) throw new HTTPException(400, { message: 'This link names no app or no user.' });
    const { app: slug, user: userId } = asked.data;
    const returnUrl = `${options.instance.publicUrl}/apps/installed`;
    return c.redirect(await actions.open({ userId, app: slug, returnUrl }), 303);
  });
  app.post('/sandbox/connect', async c => {
    const returnUrl = `${new URL(c.req.url).origin}/sandbox`;
    const link = await actions.connect(returnUrl).catch((error: unknown) => ({ error }));
    return typeof link === 'string' ? c.redirect(link, 303) : attempt(c, 1, () => Promise.reject(link.error));
  });
  app.post('/sandbox/deliver', c => attempt(c, 2, actions.deliver));
  app.post('/sandbox/use', c => attempt(c, 4, actions.look));
  app.post('/sandbox/event', c => attempt(c, 4, actions.makeEvent));
  app.post('/sandbox/event/delete', c =>
    attempt(c, 4, async () => actions.deleteEvent(eventSchema.parse(await c.req.parseBody()))),
  );
  app.post('/sandbox/expire', c => attempt(c, 5, actions.expire));
  app.post('/sandbox/use-again', c => attempt(c, 5, actions.look));
  app.post('/sandbox/disconnect', c => attempt(c, 1, actions.disconnect));
  return { fetch: request => app.fetch(request), close: () => outbound.close() };
}

/** The platform sent the user back without a grant. */
function notConnected(code = 'unknown'): Notice {
  const remedy = 'Connect again. If it stays so, look the code up in docs/operations.md.';
  return { step: 1, tone: 'bad', text: `Not connected (${code}).`, remedy };
}

function answerFault(error: Error, c: Context): Response | Promise<Response> {
  const remedy = error instanceof ApiProblem ? error.remedy : null;
  if (!(error instanceof HTTPException)) return c.html(faultPage(error.message, remedy), 502);
  return c.html(faultPage(error.message || 'A form of another site is not taken.', remedy), error.status);
}

/** A form's redirects count as its target: the platform's connect page. */
function policy({ platform }: TourOptions): string {
  return [
    "default-src 'none'",
    `style-src ${STYLE_HASH}`,
    `form-action 'self' ${new URL(platform.publicUrl).origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
