import { plainApps } from '../shared.ts';

export const CALENDAR = plainApps('calendar', [
  {
    slug: 'amie',
    name: 'Amie',
    type: 'amie_other',
    variant: 'other',
    description: 'Link-out to the Amie calendar and to-do product.',
  },
  {
    slug: 'cron',
    name: 'Notion Calendar',
    type: 'cron_calendar',
    description: 'Link-out to Notion Calendar (formerly Cron).',
  },
  {
    slug: 'vimcal',
    name: 'Vimcal',
    type: 'vimcal_other',
    variant: 'other',
    description: 'Link-out to the Vimcal calendar.',
  },
]);

export const MESSAGING = plainApps('messaging', [
  {
    slug: 'signal',
    name: 'Signal',
    type: 'signal_video',
    description: 'Static Signal contact link as a meeting place.',
  },
  {
    slug: 'telegram',
    name: 'Telegram',
    type: 'telegram_video',
    description: 'Static Telegram link as a meeting place.',
  },
  {
    slug: 'whatsapp',
    name: 'WhatsApp',
    type: 'whatsapp_video',
    description: 'Static WhatsApp link as a meeting place.',
  },
]);

export const CRM = plainApps('crm', [
  { slug: 'attio', name: 'Attio', type: 'attio_crm', description: 'Link-out to the Attio CRM.' },
]);

export const PAYMENT = plainApps('payment', [
  {
    slug: 'mock-payment-app',
    name: 'Mock Payment App',
    type: 'mock-payment-app_payment',
    description: 'Fake payment provider used by the tests.',
  },
]);
