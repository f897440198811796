import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { answerUnmatched } from './methods.ts';

const app = new Hono();
app.use(async (_, next) => next());
app.get('/items', c => c.text('list'));
app.post('/items', c => c.text('made'));
app.delete('/items/:id', c => c.text(c.req.param('id')));
app.notFound(answerUnmatched(app));

test.each([
  ['PUT', '/items', 'GET, POST'],
  ['DELETE', '/items', 'GET, POST'],
  ['GET', '/items/5', 'DELETE'],
  ['OPTIONS', '/items/5', 'DELETE'],
])('%s %s is 405, with the methods that are answered', async (method, path, allow) => {
  const response = await app.request(path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe(allow);
  expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
});

test.each(['/', '/nothing', '/items/5/more', '/items/'])('%s is 404', async path => {
  const response = await app.request(path);
  expect(response.status).toBe(404);
  expect(response.headers.has('allow')).toBe(false);
  expect(await response.json()).toMatchObject({ code: 'not_found' });
});

test('what a route answers is left alone', async () => {
  expect(await (await app.request('/items', { method: 'POST' })).text()).toBe('made');
});
