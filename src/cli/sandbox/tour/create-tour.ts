import { type Context, Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { Instance } from '../../../instance/index.ts';
import { createOutbound } from '../../../lib/outbound.ts';
import type { Handler } from '../../gate.ts';
import type { SandboxClock } from '../clock.ts';
import { faultPage, page } from './page.ts';
import { ApiProblem, createRoleApi } from './role-api.ts';
import { EXTERNAL_USER, readStory, type StorySources } from './story.ts';
import { STYLE_HASH } from './style.ts';
import { createEvent, deleteEvent, type Use, useCalendar } from './use.ts';
import type { Notice } from './view.ts';
import { moment } from './words.ts';

export interface TourOptions {
  readonly instance: { readonly url: string; readonly database: Instance['database'] };
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
const REAL_GOOGLE = 'https://accounts.google.com';
const PAST_EXPIRY_MS = 60_000;

/**
 * The guided page of the sandbox: it plays the host's product with the public APIs of both roles. It has no
 * password, so it answers under loopback names alone, and takes forms from its own pages alone.
 */
export function createTour(options: TourOptions): Tour {
  const { clock, demoUserId, google } = options;
  const outbound = createOutbound({ deadlineMs: 30_000, maxBytes: 1024 * 1024, addresses: 'any' });
  const access = { apiKey: options.apiKey, outbound };
  const platform = createRoleApi('platform', options.platform.url, access);
  const instance = createRoleApi('instance', options.instance.url, access);
  const sources: StorySources = { platform, instance, database: options.instance.database, demoUserId };
  const usage = { instance, demoUserId, now: clock.now };
  const memory = { notice: null as Notice | null, use: null as Use | null };

  const app = new Hono();
  app.use(async function onlyLocal(c, next) {
    if (!LOCAL_HOSTS.includes(new URL(c.req.url).hostname)) {
      throw new HTTPException(403, { message: 'The tour answers under 127.0.0.1 and localhost only.' });
    }
    await next();
    c.header('content-security-policy', policy(options));
    c.header('referrer-policy', 'same-origin');
    c.header('x-content-type-options', 'nosniff');
    c.header('cache-control', 'no-store');
  });
  app.use(csrf());
  app.onError((error, c) => {
    const status = error instanceof HTTPException ? error.status : 502;
    const remedy = error instanceof ApiProblem ? error.remedy : null;
    const text =
      error instanceof HTTPException && error.message === ''
        ? 'A form of another site is not taken.'
        : error.message;
    return c.html(faultPage(text, remedy), status);
  });

  app.get('/sandbox', async c => {
    const story = await readStory(sources);
    const { connection } = story;
    const view = {
      story,
      ...memory,
      now: clock.now(),
      aheadMs: clock.aheadMs(),
      googleUrl: google?.url ?? null,
      forgotten: connection !== null && google?.forgotten.get(connection.id) === connection.version,
      demoUserId,
    };
    memory.notice = null;
    return c.html(page(view));
  });
  app.post('/sandbox/connect', async c => {
    try {
      return c.redirect(await openSession(`${new URL(c.req.url).origin}/sandbox`), 303);
    } catch (error) {
      return attempt(c, () => Promise.reject(error));
    }
  });
  app.post('/sandbox/deliver', c =>
    attempt(c, async () => {
      const { connection } = await readStory(sources);
      if (connection === null) return 'There is nothing to deliver.';
      await platform.post(`/api/keyferry/v1/connections/${connection.id}/deliver`, {}, z.unknown());
      return 'The delivery is on its way.';
    }),
  );
  app.post('/sandbox/use', c => attempt(c, look));
  app.post('/sandbox/event', c =>
    attempt(c, async () => {
      const { title } = await createEvent(usage);
      await look();
      return `"${title}" stands in the calendar.`;
    }),
  );
  app.post('/sandbox/event/delete', c =>
    attempt(c, async () => {
      await deleteEvent(usage, eventFormSchema.parse(await c.req.parseBody()));
      await look();
      return 'The event is deleted.';
    }),
  );
  app.post('/sandbox/expire', c =>
    attempt(c, async () => {
      const { credential } = await readStory(sources);
      if (credential?.expiresAt == null) return 'This token has no expiry.';
      clock.advance(credential.expiresAt + PAST_EXPIRY_MS - clock.now());
      return `The clock of the sandbox says ${moment(clock.now())}. The token has expired: use it again.`;
    }),
  );
  app.post('/sandbox/disconnect', c =>
    attempt(c, async () => {
      const { connection } = await readStory(sources);
      if (connection) await platform.delete(`/api/keyferry/v1/connections/${connection.id}`);
      memory.use = null;
      return 'Disconnected: revoked at the provider, deleted on both sides.';
    }),
  );
  return { fetch: request => app.fetch(request), close: () => outbound.close() };

  async function look(): Promise<string> {
    memory.use = await useCalendar(usage);
    const { before, after } = memory.use;
    return before.refreshedAt === after.refreshedAt
      ? 'Used, with the token that the instance had.'
      : `Used. The token had expired: the instance fetched a fresh one from the platform (version ${before.version} to ${after.version}).`;
  }

  async function openSession(returnUrl: string): Promise<string> {
    const body = {
      externalUserId: EXTERNAL_USER,
      calcomUserId: demoUserId,
      apps: ['google-calendar'],
      returnUrl,
    };
    const { url } = await platform.post(
      '/api/keyferry/v1/connect-sessions',
      body,
      z.object({ url: z.url() }),
    );
    memory.use = null;
    return url;
  }

  /** Does what was clicked, keeps what is to be said of it, and goes back to the page. */
  async function attempt(c: Context, run: () => Promise<string>): Promise<Response> {
    try {
      memory.notice = { tone: 'good', text: await run(), remedy: null };
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      memory.notice = { tone: 'bad', text: `${error.message} (${error.code})`, remedy: error.remedy };
    }
    return c.redirect('/sandbox', 303);
  }
}

const eventFormSchema = z.object({ id: z.string().min(1), calendarId: z.string().min(1) });

/** A form's redirects count as its target: from the platform on to the provider's consent page. */
function policy({ platform, google }: TourOptions): string {
  const targets = [new URL(platform.publicUrl).origin, google?.url ?? REAL_GOOGLE];
  return [
    "default-src 'none'",
    `style-src ${STYLE_HASH}`,
    `form-action 'self' ${targets.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
