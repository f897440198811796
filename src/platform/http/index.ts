import { OpenAPIHono } from '@hono/zod-openapi';
import {
  answerError,
  answerUnmatched,
  healthRoutes,
  limitBody,
  pathOf,
  refuseInvalid,
  safeHeaders,
} from '../../lib/http/index.ts';
import { answerPages } from '../../lib/pages/index.ts';
import { sessionRoutes } from '../../lib/sign-in/index.ts';
import { VERSION } from '../../lib/version.ts';
import { DEFAULT_HEADERS } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { appFingerprintRoutes } from './app-fingerprints.ts';
import { appRoutes } from './apps.ts';
import { requireAdmin } from './auth.ts';
import { connectRoutes } from './connect.ts';
import { callbackRoute } from './connect-callback.ts';
import { connectHostRoutes } from './connect-host.ts';
import { connectSessionRoutes } from './connect-sessions.ts';
import { connectionRoutes } from './connections.ts';
import { deliveryRoutes } from './deliveries.ts';
import { endingRoutes } from './endings.ts';
import { importRoute } from './import.ts';
import { operatorRoutes } from './operators.ts';
import { platformSettings } from './settings.ts';
import { statusRoute } from './status.ts';
import { summaryRoute } from './summary.ts';
import { syncRoute } from './sync.ts';
import { targetRoutes } from './targets.ts';

const API_BYTES = 256 * 1024;

/** All that a platform answers, as one `Request -> Response` function. */
export function createHttp(context: PlatformContext, stopping: () => boolean): OpenAPIHono {
  const { config, database, effects } = context;
  const app = new OpenAPIHono({ defaultHook: refuseInvalid, getPath: pathOf });
  app.use('*', safeHeaders);
  app.onError(answerError(effects.log));
  app.notFound(answerPages({ role: 'platform', otherwise: answerUnmatched(app) }));
  healthRoutes(app, { database, log: effects.log, stopping, trouble: context.unwritten.trouble });
  syncRoute(app, context);
  connectRoutes(app, context);
  connectHostRoutes(app, context);
  callbackRoute(app, context);

  sessionRoutes(app, context.signIn);

  app.use('/api/keyferry/*', requireAdmin(context), limitBody(API_BYTES));
  connectSessionRoutes(app, context);
  importRoute(app, context);
  connectionRoutes(app, context);
  deliveryRoutes(app, context);
  appRoutes(app, context);
  appFingerprintRoutes(app, context);
  operatorRoutes(app, context);
  endingRoutes(app, context);
  statusRoute(app, context);
  summaryRoute(app, context);
  targetRoutes(app, context);
  platformSettings(app, context);

  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'syncSecret', {
    type: 'apiKey',
    in: 'header',
    name: config.sync.header ?? DEFAULT_HEADERS[0],
  });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Keyferry platform', version: VERSION },
    servers: [{ url: config.publicUrl }],
    security: [{ apiKey: [] }, { session: [] }],
  });
  return app;
}
