import { plainApps } from '../shared.ts';

export const ANALYTICS = plainApps('analytics', [
  {
    slug: 'databuddy',
    name: 'Databuddy',
    type: 'databuddy_analytics',
    description: 'Databuddy web analytics tag on booking pages.',
  },
  {
    slug: 'fathom',
    name: 'Fathom',
    type: 'fathom_analytics',
    description: 'Fathom Analytics tag on booking pages.',
  },
  {
    slug: 'ga4',
    name: 'Google Analytics',
    type: 'ga4_analytics',
    description: 'Google Analytics 4 tag on booking pages.',
  },
  {
    slug: 'gtm',
    name: 'Google Tag Manager',
    type: 'gtm_analytics',
    description: 'Google Tag Manager container on booking pages.',
  },
  {
    slug: 'insihts',
    name: 'Insihts',
    type: 'insihts_analytics',
    description: 'Insihts analytics tag on booking pages.',
  },
  {
    slug: 'matomo',
    name: 'Matomo',
    type: 'matomo_analytics',
    description: 'Matomo analytics tag on booking pages.',
  },
  {
    slug: 'metapixel',
    name: 'Meta Pixel',
    type: 'metapixel_analytics',
    description: 'Meta Pixel tag on booking pages.',
  },
  {
    slug: 'plausible',
    name: 'Plausible',
    type: 'plausible_analytics',
    description: 'Plausible analytics tag on booking pages.',
  },
  {
    slug: 'posthog',
    name: 'Posthog',
    type: 'posthog_analytics',
    description: 'PostHog analytics tag on booking pages.',
  },
  {
    slug: 'twipla',
    name: 'Twipla',
    type: 'twipla_analytics',
    description: 'TWIPLA analytics tag on booking pages.',
  },
  {
    slug: 'umami',
    name: 'Umami',
    type: 'umami_analytics',
    description: 'Umami analytics tag on booking pages.',
  },
]);
