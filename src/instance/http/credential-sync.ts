import type { KeyObject } from 'node:crypto';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readBody, tellable } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import {
  createSynced,
  notFound,
  type Query,
  readFlag,
  readId,
  readMembers,
  readText,
  replaceSynced,
} from '../credential-sync/index.ts';
import { judgeKey } from '../judge-key.ts';
import { PUSH_BYTES } from '../receive.ts';
import { type ApiKeyStanding, deleteCredentials, listOwnCredentials } from '../store/index.ts';
import { holdsSecret, noteWrongKey, noteWrongSecret, presentedKey } from './auth.ts';

export const CREDENTIAL_SYNC_PATH = '/api/v1/credential-sync';

type Answer = Readonly<Record<string, unknown>>;
type Handler = (context: InstanceContext, request: SyncRequest) => Promise<Answer>;

interface SyncRequest {
  readonly query: Query;
  /** @throws KeyferryError body_too_large */
  readonly body: () => Promise<string>;
  readonly encryptionKey: KeyObject;
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ['GET', list],
  ['POST', create],
  ['PATCH', replace],
  ['DELETE', remove],
]);

const ALLOW = [...HANDLERS.keys()].join(',');

/** Cal.com's API v1 for platforms that speak it. It answers in Cal.com's words. @see docs/protocol.md#7 */
export function credentialSyncRoute(app: OpenAPIHono, context: InstanceContext): void {
  registerRoutes(app);
  app.all(CREDENTIAL_SYNC_PATH, async function credentialSync(c) {
    try {
      const admitted = await admit(context, c);
      if ('refusal' in admitted) return c.json(...admitted.refusal);
      const handler = HANDLERS.get(c.req.method);
      if (!handler) {
        const body = { message: `Method Not Allowed (Allow: ${ALLOW})` };
        return c.json(body, 405, { allow: ALLOW.replaceAll(',', ', ') });
      }
      const request = {
        query: (name: string) => c.req.queries(name),
        body: () => readBody(c.req.raw, PUSH_BYTES),
        ...admitted,
      };
      return c.json(await handler(context, request), 200);
    } catch (error) {
      return failed(context, c, error);
    }
  });
}

type Refusal = readonly [body: Answer, status: 401 | 403 | 404 | 501];

const STANDINGS: Readonly<Record<Exclude<ApiKeyStanding, 'admin' | 'refused'>, Refusal>> = {
  unknown: [{ error: 'Your API key is not valid.' }, 401],
  expired: [{ error: 'This API key is expired.' }, 401],
  no_user: [{ error: 'No user found for this API key.' }, 404],
  locked: [{ error: 'You are not authorized to perform this request.' }, 403],
  not_admin: [{ error: 'Only admin API keys can access credential syncing endpoints' }, 403],
};

/** Key, feature, secret, in Cal.com's order; nothing of the request is read before. */
async function admit(
  context: InstanceContext,
  c: Context,
): Promise<{ readonly refusal: Refusal } | { readonly encryptionKey: KeyObject }> {
  const key = presentedKey(c);
  if (key === undefined) return { refusal: [{ message: 'No apiKey provided' }, 401] };
  const standing = await judgeKey(context, key);
  if (standing === 'unknown') await noteWrongKey(context, c);
  if (standing !== 'admin') return { refusal: STANDINGS[standing] };
  const { secret, encryptionKey } = context.config.sync;
  if (secret === null || encryptionKey === null) {
    return { refusal: [{ error: 'Credential syncing is not enabled' }, 501] };
  }
  if (holdsSecret(context, c)) return { encryptionKey };
  await noteWrongSecret(context, c);
  return { refusal: [{ message: 'Invalid credential sync secret' }, 401] };
}

/** The path alone is logged: the query may have the API key in it. */
function failed({ effects: { log } }: InstanceContext, c: Context, error: unknown): Response {
  const told = tellable(log, error, c.req.path);
  if (told.code === 'internal') return c.json({ message: 'Something went wrong' }, 500);
  if (told.retryAfterMs !== null) c.header('retry-after', String(Math.ceil(told.retryAfterMs / 1000)));
  // Cal.com answers a fault of the provider with 500.
  const status = told.status === 424 ? 500 : told.status;
  if (status !== told.status) log.warn({ err: told, code: told.code, path: c.req.path }, 'request failed');
  return c.json({ message: told.message, data: null }, status);
}

async function list({ database }: InstanceContext, { query }: SyncRequest): Promise<Answer> {
  const userId = readId(query, 'userId');
  const slug = readText(query, 'appSlug') || null;
  const rows = await listOwnCredentials(database, userId, slug);
  return { credentials: rows.map(({ id, appId }) => ({ id, appId, appSlug: appId })) };
}

async function create(
  context: InstanceContext,
  { query, body, encryptionKey }: SyncRequest,
): Promise<Answer> {
  const text = await readPresent(body);
  const userId = readId(query, 'userId');
  const selected = readFlag(query, 'createSelectedCalendar');
  const destination = readFlag(query, 'createDestinationCalendar');
  const members = readMembers(text, ['appSlug', 'encryptedKey']);
  return {
    credential: await createSynced(context, { userId, ...members, selected, destination }, encryptionKey),
  };
}

async function replace(
  context: InstanceContext,
  { query, body, encryptionKey }: SyncRequest,
): Promise<Answer> {
  const own = { userId: readId(query, 'userId'), id: readId(query, 'credentialId') };
  const { encryptedKey } = readMembers(await readPresent(body), ['encryptedKey']);
  return { credential: await replaceSynced(context, { ...own, encryptedKey }, encryptionKey) };
}

async function readPresent(body: SyncRequest['body']): Promise<string> {
  const text = await body();
  if (text.trim() === '') throw new KeyferryError('body_invalid', 'Request body is missing');
  return text;
}

async function remove({ database, effects }: InstanceContext, { query }: SyncRequest): Promise<Answer> {
  const own = { userId: readId(query, 'userId'), id: readId(query, 'credentialId') };
  const [deleted] = await deleteCredentials(database, own, 'api-key', effects.now());
  if (!deleted) throw notFound();
  return { credentialDeleted: { id: deleted.id, appId: deleted.appId } };
}

const userId = z.string().openapi({ description: "The user's id; digits from the start count" });
const credentialId = z.string().openapi({ description: "The credential's id" });
const flag = z.string().optional().openapi({ description: 'On for exactly `true`' });
const encryptedKey = z.string().openapi({ description: 'A credential as in the webhook: `iv:ciphertext`' });
const id = z.int();
const appId = z.string();

/** By method: its summary, its parameters, its body and its answer, for /api/openapi.json. */
const ROUTES = {
  get: {
    summary: "A user's credentials, without their secrets",
    query: z.object({ userId, appSlug: z.string().optional() }),
    body: null,
    answer: z.object({ credentials: z.array(z.object({ id, appId, appSlug: z.string() })) }),
  },
  post: {
    summary: 'Store a credential, and on request its main calendar',
    query: z.object({ userId, createSelectedCalendar: flag, createDestinationCalendar: flag }),
    body: z.object({ appSlug: z.string(), encryptedKey }),
    answer: z.object({ credential: z.object({ id, type: z.string() }) }),
  },
  patch: {
    summary: 'Replace the secret of a credential',
    query: z.object({ userId, credentialId }),
    body: z.object({ encryptedKey }),
    answer: z.object({ credential: z.object({ id, appId }) }),
  },
  delete: {
    summary: 'Delete a credential, and its calendars with it',
    query: z.object({ userId, credentialId }),
    body: null,
    answer: z.object({ credentialDeleted: z.object({ id, appId }) }),
  },
} as const;

function registerRoutes({ openAPIRegistry }: OpenAPIHono): void {
  const refused = z.object({ message: z.string() }).or(z.object({ error: z.string() }));
  openAPIRegistry.registerComponent('securitySchemes', 'queryApiKey', {
    type: 'apiKey',
    in: 'query',
    name: 'apiKey',
  });
  for (const [method, { summary, query, body, answer }] of Object.entries(ROUTES)) {
    openAPIRegistry.registerPath({
      method: method as keyof typeof ROUTES,
      path: CREDENTIAL_SYNC_PATH,
      summary,
      security: [
        { apiKey: [], syncSecret: [] },
        { queryApiKey: [], syncSecret: [] },
      ],
      request: { query, ...(body && { body: { required: true, content: jsonOf(body) } }) },
      responses: {
        200: { description: 'Done', content: jsonOf(answer) },
        default: { description: "Refused, in Cal.com's words", content: jsonOf(refused) },
      },
    });
  }
}

function jsonOf(schema: z.ZodType) {
  return { 'application/json': { schema } };
}
