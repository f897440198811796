import * as oauth from 'oauth4webapi';
import type { OAuthDefinition } from '../../apps/index.ts';
import type { Outbound, OutboundRequest } from '../../lib/outbound.ts';
import type { OAuthClient } from './client.ts';
import { fillParameters } from './fill-endpoint.ts';

type Format = OAuthDefinition['requestFormat'];

const BODILESS = [204, 205, 304];

/**
 * Makes oauth4webapi send through our one way out (its deadline, its size cap, no redirects), in the format
 * of the record: what the library wrote as a form is written as a form, as JSON, or into the address.
 */
export function through(outbound: Outbound, by: OAuthClient, { endpoint, format }: Way) {
  return {
    async [oauth.customFetch](
      address: string,
      { headers, body }: oauth.CustomFetchOptions<'POST', URLSearchParams>,
    ): Promise<Response> {
      const url = new URL(address);
      const { grantType = true, clientAuthentication, tokenHeaders = {} } = by.app.credential.oauth;
      if (!grantType) body.delete('grant_type');
      if (clientAuthentication === 'query') {
        url.searchParams.set('client_id', by.client.client_id);
        url.searchParams.set('client_secret', by.secret);
      }
      const more = fillParameters(tokenHeaders, by.keys);
      const request = WRITE[format](url, body, { ...headers, ...more });
      const answer = await outbound(url.href, { method: 'POST', ...request });
      const { status } = answer;
      return new Response(BODILESS.includes(status) ? null : answer.body, {
        status,
        headers: answer.headers,
      });
    },
    // Plain http only where the operator put such an address in the place of the record's.
    [oauth.allowInsecureRequests]: endpoint.protocol === 'http:',
  };
}

export interface Way {
  readonly endpoint: URL;
  readonly format: Format;
}

type Written = Pick<OutboundRequest, 'headers' | 'body'>;

const WRITE: Readonly<
  Record<Format, (url: URL, body: URLSearchParams, headers: Record<string, string>) => Written>
> = {
  form: (_url, body, headers) => ({ headers, body: body.toString() }),
  json: (_url, body, headers) => ({
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(body)),
  }),
  query: (url, body, headers) => {
    for (const [name, value] of body) url.searchParams.set(name, value);
    const { 'content-type': _, ...rest } = headers;
    return { headers: rest };
  },
};
