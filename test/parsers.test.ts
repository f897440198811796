import { describe, expect, test } from 'vitest';
import { hubspot } from '../src/apps/hubspot.ts';
import { createCatalogue, isFormApp, judgeKeys, KNOWN_APPS } from '../src/apps/index.ts';
import { stripe } from '../src/apps/stripe.ts';
import { retryAfterMs } from '../src/lib/backoff.ts';
import type { OutboundAnswer } from '../src/lib/outbound.ts';
import { answerFile } from '../src/lib/pages/answer-file.ts';
import { judgeAddresses } from '../src/platform/forms/judge-addresses.ts';
import { readForm } from '../src/platform/forms/read-form.ts';
import { verifyEntry } from '../src/platform/forms/verify.ts';
import { fillEndpoint } from '../src/platform/oauth/fill-endpoint.ts';
import { judgeTokens, lookUp, oauthClient } from '../src/platform/oauth/index.ts';
import { parsePush, parseSyncRequest, readCredential } from '../src/protocol/index.ts';
import { MOST_HELD_MS, watchLoop } from './loop-delay.ts';

const KIB = 1024;
/** Node takes no more of all headers, or of an address, together. */
const HEADER_BYTES = 15 * KIB;

const repeated = (piece: string) => (bytes: number) =>
  piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes);

/** Texts that have cost a parser, or a regular expression, the square of their length or a deep stack. */
const SHAPES: Readonly<Record<string, (bytes: number) => string>> = {
  'open brackets': repeated('['),
  'open members': repeated('{"a":'),
  'an array in an array': bytes => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'a member of a member': bytes => `${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}`,
  'many members': bytes => `{${Array.from({ length: bytes / 12 }, (_, at) => `"a${at}":1`).join(',')}}`,
  'one member again and again': bytes => `{${'"access_token":"x",'.repeat(bytes / 20)}"a":1}`,
  escapes: bytes => `{"access_token":"${'\\u0041'.repeat(bytes / 7)}"}`,
  'a long number': bytes => `{"access_token":"x","expires_in":${'1'.repeat(bytes - 50)}}`,
  blanks: repeated(' '),
  'blanks and an end': bytes => `${' '.repeat(bytes - 1)}x`,
  'blanks between semicolons': bytes => `a${' '.repeat(bytes - 2)};`,
  'slashes and an end': bytes => `https://a${'/'.repeat(bytes - 20)}x`,
  'hyphens and letters': bytes => `aa${repeated('-aa')(bytes - 3)}!`,
  'tags without an end': repeated('<a-'),
  'a tag without an end': bytes => `<${'a'.repeat(bytes - 1)}`,
  'tags with a blank': repeated('<a: '),
  pairs: repeated('a=b&'),
  'per cents': repeated('%41'),
  'broken per cents': repeated('%'),
  semicolons: repeated('; '),
  cookies: repeated('a=b; '),
  commas: repeated(','),
  'dots and at signs': repeated('a@a.'),
  lines: repeated('\r\n'),
  'parameters of a line': bytes => `BEGIN:VCALENDAR\r\nX${';A=b'.repeat(bytes / 4 - 20)}:v\r\nEND:VCALENDAR`,
  digits: repeated('1'),
  letters: repeated('a'),
  'letters of a token': repeated('aB3_-'),
  colons: repeated('1:'),
};

const app = createCatalogue();
const caldav = app.get('caldav-calendar');
const feed = app.get('ics-feed');
const paypal = app.get('paypal');
if (!caldav || !feed || !paypal || !isFormApp(caldav) || !isFormApp(feed) || !isFormApp(paypal))
  throw new Error();
const forms = { caldav, feed, paypal };

const answering = (body: string, status = 200): OutboundAnswer => ({ status, headers: new Headers(), body });

/** Everything that reads what comes from outside, with the most that it may be given. */
const READERS: Readonly<Record<string, { bytes: number; read: (text: string) => unknown }>> = {
  'a push': { bytes: 256 * KIB, read: text => parsePush(JSON.parse(text)) },
  'a credential': { bytes: 256 * KIB, read: text => readCredential(JSON.parse(text), 0) },
  'a date in a credential': {
    bytes: 256 * KIB,
    read: text =>
      readCredential({ access_token: 'a', expires_at: text, expiry_date: text, expires_in: text }, 0),
  },
  'a form for the sync endpoint': {
    bytes: 16 * KIB,
    read: text => parseSyncRequest(text, 'application/x-www-form-urlencoded'),
  },
  'JSON for the sync endpoint': { bytes: 16 * KIB, read: text => parseSyncRequest(text, 'application/json') },
  'an answer of a token endpoint': {
    bytes: 256 * KIB,
    read: text => judgeTokens(answering(text), hubspot.credential.oauth, 0),
  },
  'a refusal of a token endpoint': {
    bytes: 256 * KIB,
    read: text => judgeTokens(answering(text, 400), hubspot.credential.oauth, 0),
  },
  'the answer to a look-up': {
    bytes: 256 * KIB,
    read: text =>
      lookUp(
        async () => answering(text),
        oauthClient(stripe, { client_id: 'ca_1', client_secret: 'sk_1' }),
        { accessToken: 'a', wire: { stripe_user_id: 'acct_1' } },
        () => 0,
      ),
  },
  'a time to wait': { bytes: HEADER_BYTES, read: text => retryAfterMs(text, 0) },
  'an answer of a CalDAV server': {
    bytes: KIB * KIB,
    read: text =>
      verify(forms.caldav, { url: 'https://cal.example/', username: 'a', password: 'b' }, text, 207),
  },
  'a feed': { bytes: KIB * KIB, read: text => verify(forms.feed, { urls: ['https://cal.example/'] }, text) },
  'an answer of PayPal': { bytes: KIB * KIB, read: text => verify(forms.paypal, { client_id: 'a' }, text) },
  'a field of a form': {
    bytes: 64 * KIB,
    read: text => {
      for (const one of [...app.values()].filter(isFormApp)) {
        readForm(one.credential, Object.fromEntries(one.credential.fields.map(({ name }) => [name, text])));
      }
    },
  },
  'an address in a form': {
    bytes: 64 * KIB,
    read: text => judgeAddresses({ privateAddresses: true }, forms.caldav.credential, { url: text }),
  },
  'the keys of an app': {
    bytes: 256 * KIB,
    read: text => {
      for (const one of KNOWN_APPS) {
        judgeKeys(one, Object.fromEntries(Object.keys(one.keys.shape).map(name => [name, text])));
      }
    },
  },
  'the base of an endpoint': {
    bytes: 256 * KIB,
    read: text => {
      for (const value of [text, `https://a.example/${text}`]) {
        fillEndpoint('{base}/token', { keys: { base: value } });
      }
    },
  },
  'what a browser takes of a file': {
    bytes: HEADER_BYTES,
    read: text =>
      answerFile(
        '/a',
        {
          type: 'text/plain',
          variants: new Map([['identity', { etag: '"a"', bytes: Buffer.from('a') }]]),
        } as never,
        new Request('http://a.test/', { headers: { 'accept-encoding': text, 'if-none-match': text } }),
      ),
  },
};

function verify(one: typeof caldav, entry: object, text: string, status = 200): Promise<void> {
  const outbound = async () => answering(text, status);
  const context = { outbound, outboundToTyped: outbound, privateAddresses: true };
  return verifyEntry(context, one as typeof forms.caldav, { ...entry });
}

/** The longest that reading held the loop: the least of three, for the first may compile, and any may collect garbage. */
async function heldBy(read: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { heldMs } = await watchLoop(async () => {
      try {
        await read();
      } catch (error) {
        // To refuse is an answer.
        if (!(error instanceof Error)) throw error;
      }
    });
    times.push(heldMs);
  }
  return Math.min(...times);
}

describe.each(Object.entries(READERS))('%s', (_, { bytes, read }) => {
  test('holds nobody, whatever is in it', async () => {
    const slow: Record<string, number> = {};
    for (const [shape, make] of Object.entries(SHAPES)) {
      const text = make(bytes);
      const held = await heldBy(() => read(text));
      if (held > MOST_HELD_MS) slow[shape] = held;
    }
    expect(slow).toEqual({});
  }, 120_000);
});
