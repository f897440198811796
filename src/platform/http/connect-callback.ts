import type { Hono } from 'hono';
import { isKeyferryError } from '../../protocol/index.ts';
import { finishAttempt, outcomeAddress, refusedAddress } from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { sentSecret } from './connect-cookie.ts';

/** Its address holds a code and a state. */
const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' };

/** Where providers send the browser back to. It goes on to the host, or to the page of the result. */
export function callbackRoute(app: Pick<Hono, 'get'>, context: PlatformContext): void {
  const { config, effects } = context;

  app.get('/api/connect/callback', async c => {
    const parameters = new URL(c.req.url).searchParams;
    const address = await finish(parameters, sentSecret(c, context));
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    return c.redirect(address, 303);
  });

  /** @returns where the browser goes; the address is never logged */
  async function finish(parameters: URLSearchParams, cookie: string | null): Promise<string> {
    try {
      const finished = await finishAttempt(context, { parameters, cookie });
      const { appSlug, failure } = finished;
      if (failure !== null) effects.log.info({ app: appSlug, code: failure.code }, 'connect failed');
      return outcomeAddress(config, finished);
    } catch (error) {
      const known = isKeyferryError(error) ? error : null;
      if (known === null || known.status >= 500) effects.log.error({ err: error }, 'connect failed');
      return refusedAddress(config, known);
    }
  }
}
