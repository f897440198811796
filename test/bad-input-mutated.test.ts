import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decryptKeys, parsePush, readCredential } from '../src/protocol/index.ts';
import { badInputGround, GOOD, SECRETS, sealed } from './bad-input-ground.ts';
import { describeEngines } from './engines.ts';
import { AES_KEY } from './instance.ts';

describeEngines('bad input', engine => {
  const { send, rows, wrong } = badInputGround(engine);

  test('2,000 mutations of a valid request: never a 5xx, never a changed row, never a secret', async () => {
    const before = await rows();
    const valid = wrong(sealed(GOOD));
    const json = fc.json({ maxDepth: 2 }).map(text => JSON.parse(text) as unknown);
    const mutation = fc.oneof(
      // one character of the body replaced, dropped or repeated
      fc
        .tuple(fc.nat(valid.length - 1), fc.string({ minLength: 0, maxLength: 3 }))
        .map(([at, text]) => valid.slice(0, at) + text + valid.slice(at + 1)),
      // cut short
      fc.nat(valid.length - 1).map(length => valid.slice(0, length)),
      // a member of any type, or none
      fc
        .tuple(fc.constantFrom('userId', 'appSlug', 'keys'), fc.option(json, { nil: undefined }))
        .map(([name, value]) => JSON.stringify({ ...JSON.parse(valid), [name]: value })),
      // any plaintext under the right key that is no credential
      json.map(value => wrong(sealed(JSON.stringify(value)))),
      fc.string().map(text => wrong(sealed(text))),
      // any bytes
      fc.uint8Array({ maxLength: 200 }).map(bytes => new Uint8Array(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async body => {
        fc.pre(!stillValid(body));
        const answer = await send(body);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        for (const secret of SECRETS) expect(answer.text).not.toContain(secret);
      }),
      { numRuns: engine.name === 'pglite' ? 500 : 2_000, maxSkipsPerRun: 1_000 },
    );
    expect(await rows()).toBe(before);
  }, 300_000);
});

/** A mutation can hit blanks or the case of a hex digit, and leave a request that is as good as the first. */
function stillValid(body: string | Uint8Array): boolean {
  try {
    const push = parsePush(JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)));
    if (!('userId' in push)) return false;
    readCredential(JSON.parse(decryptKeys(push.keys, AES_KEY)), 0);
    return true;
  } catch {
    return false;
  }
}
