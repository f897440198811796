import { z } from 'zod';
import { plainApps, text } from '../shared.ts';

export const OTHER = plainApps('other', [
  {
    slug: 'baa-for-hipaa',
    name: 'BAA for HIPAA',
    type: 'baa-for-hipaa_other',
    description: 'Paid request form for a HIPAA business associate agreement.',
  },
  {
    slug: 'chatbase',
    name: 'Chatbase',
    type: 'chatbase_other',
    description: 'Link-out to the Chatbase AI chatbot.',
  },
  { slug: 'deel', name: 'Deel', type: 'deel_other', description: 'Link-out to the Deel HR platform.' },
  {
    slug: 'elfsight-ai-chatbot',
    name: 'Elfsight AI Chatbot',
    type: 'elfsight-ai-chatbot_other',
    description: 'Link-out to the Elfsight AI chatbot.',
  },
  {
    slug: 'framer',
    name: 'Framer',
    type: 'framer_other',
    description: 'Link-out to the Framer site builder component.',
  },
  {
    slug: 'giphy',
    name: 'Giphy',
    type: 'giphy_other',
    description: 'Adds a GIF to the booking success page.',
    kind: 'admin_api_key',
    keys: z.object({ app_key: text }),
    keysAt: 'https://developers.giphy.com/dashboard/',
  },
  {
    slug: 'granola',
    name: 'Granola',
    type: 'granola_other',
    description: 'Link-out to the Granola meeting notepad.',
  },
  {
    slug: 'linear',
    name: 'Linear',
    type: 'linear_other',
    description: 'Link-out to Linear calendar settings.',
  },
  {
    slug: 'qr_code',
    name: 'QR Code',
    type: 'qr_code_other',
    description: 'Makes QR codes for booking links.',
  },
  {
    slug: 'weather_in_your_calendar',
    name: 'Weather in your Calendar',
    type: 'weather_in_your_calendar_other',
    description: 'Adds a weather ICS calendar for a chosen city.',
  },
  {
    slug: 'wordpress',
    name: 'Wordpress',
    type: 'wordpress_other',
    description: 'Link-out to the WordPress embed plugin.',
  },
]);
