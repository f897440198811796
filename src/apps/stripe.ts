import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { NEVER_EXPIRES, STANDARD, text, tokensWith, USED_AS_PUSHED } from './shared.ts';

const account = z.object({ default_currency: text });

export const stripe = {
  slug: 'stripe',
  dirName: 'stripepayment',
  name: 'Stripe',
  type: 'stripe_payment',
  variant: 'payment',
  categories: ['payment'],
  description: 'Card payments through a connected Stripe account.',
  keys: z.object({
    client_id: z.string().startsWith('ca_'),
    client_secret: z.string().startsWith('sk_'),
    public_key: z.string().startsWith('pk_'),
    webhook_secret: z.string().startsWith('whsec_'),
  }),
  publicKeys: ['client_id', 'public_key'],
  keysAt: 'https://dashboard.stripe.com/apikeys',
  credential: {
    kind: 'oauth2',
    schema: tokensWith('stripe_user_id'),
    oauth: {
      ...STANDARD,
      ...NEVER_EXPIRES,
      authorizationEndpoint: 'https://connect.stripe.com/oauth/authorize',
      tokenEndpoint: 'https://connect.stripe.com/oauth/token',
      // oauth/deauthorize is not RFC 7009: it takes the account, not a token.
      revocationEndpoint: null,
      clientAuthentication: 'secret_bearer',
      scopes: ['read_write'],
      travels: ['stripe_user_id', 'stripe_publishable_key', 'livemode'],
      lookup: {
        url: 'https://api.stripe.com/v1/accounts/{stripe_user_id}',
        authentication: 'client_secret',
        members: ['default_currency'],
        read: answer => account.parse(answer),
      },
      notes: ["Requests go out with the platform's own secret key and the id of the connected account."],
    },
    apiBase: 'https://api.stripe.com',
    calcom: {
      ...USED_AS_PUSHED,
      remark: 'Cal.com reads the account, its publishable key and its currency, and no token.',
      needs: ['stripe_user_id', 'stripe_publishable_key', 'default_currency'],
    },
  },
} as const satisfies AppDefinition;
