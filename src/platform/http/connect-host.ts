import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { PLAIN_HOST } from '../host-look.ts';

const LOGO_PATH = '/connect/logo';

const hostSchema = z
  .object({
    name: z.string().nullable(),
    url: z
      .string()
      .nullable()
      .openapi({ description: 'Where "Back" leads when the session names no address' }),
    logo: z.string().nullable().openapi({ description: 'Its path here' }),
    colour: z.string().nullable().openapi({ example: '#0f766e' }),
  })
  .openapi('ConnectHost');

export type HostView = z.infer<typeof hostSchema>;

const route = createRoute({
  method: 'get',
  path: '/api/connect/host',
  summary: 'Who sends users here, and how it looks',
  security: [],
  responses: answers(200, hostSchema, 'The look'),
});

/** An SVG is a document: it must not run anything when it is opened by itself. */
const LOGO_HEADERS = {
  'cache-control': 'public, max-age=3600',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** The look of the host's connect pages: no secret, and the same for everybody. */
export function connectHostRoutes(app: OpenAPIHono, { config }: PlatformContext): void {
  const { name, url, logo, colour } = config.host ?? PLAIN_HOST;

  app.openapi(route, c => {
    c.header('cache-control', 'no-cache');
    return c.json({ name, url, logo: logo === null ? null : LOGO_PATH, colour }, 200);
  });

  app.get(LOGO_PATH, c => {
    if (logo === null) throw new KeyferryError('not_found', 'The host has no logo here.');
    const { type, bytes } = logo;
    return c.body(bytes, 200, { ...LOGO_HEADERS, 'content-type': type });
  });
}
