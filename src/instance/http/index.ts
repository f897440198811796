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
import type { InstanceContext } from '../context.ts';
import { activityRoute } from './activity.ts';
import { appFingerprintRoutes } from './app-fingerprints.ts';
import { appRoutes } from './apps.ts';
import { requireAdmin, requireUser } from './auth.ts';
import { calendarRoutes } from './calendars.ts';
import { credentialSyncRoute } from './credential-sync.ts';
import { credentialRoutes } from './credentials.ts';
import { formCredentialRoute } from './form-credential.ts';
import { API_BYTES } from './limits.ts';
import { meRoutes } from './me.ts';
import { peerRoutes } from './peer.ts';
import { instanceSettings } from './settings.ts';
import { tokenRoute } from './token.ts';
import { userRoutes } from './users.ts';
import { webhookRoute } from './webhook.ts';

/** All that an instance answers, as one `Request -> Response` function. */
export function createHttp(context: InstanceContext, stopping: () => boolean): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid, getPath: pathOf });
  app.use('*', safeHeaders);
  app.onError(answerError(context.effects.log));
  app.notFound(answerPages({ role: 'instance', otherwise: answerUnmatched(app) }));
  healthRoutes(app, { database: context.database, log: context.effects.log, stopping });
  webhookRoute(app, context);
  credentialSyncRoute(app, context);

  sessionRoutes(app, context.signIn);

  const guard = requireAdmin(context);
  const limit = limitBody(API_BYTES);
  for (const path of ['/api/keyferry/*', '/api/v1/*']) app.use(path, guard, limit);
  app.use('/api/me/*', requireUser(context), limit);
  userRoutes(app, context);
  appRoutes(app, context);
  appFingerprintRoutes(app, context);
  meRoutes(app, context);
  tokenRoute(app, context);
  formCredentialRoute(app, context);
  credentialRoutes(app, context);
  activityRoute(app, context);
  calendarRoutes(app, context);
  peerRoutes(app, context);
  instanceSettings(app, context);

  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'syncSecret', {
    type: 'apiKey',
    in: 'header',
    name: context.config.sync.header ?? 'calcom-webhook-secret',
  });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Keyferry instance', version: VERSION },
    servers: [{ url: context.config.publicUrl }],
    security: [{ apiKey: [] }, { session: [] }],
  });
  return app;
}

export { adminKeys } from './admin-keys.ts';
export { directRoutes } from './direct.ts';
