import { z } from 'zod';
import { plainApps, text } from '../shared.ts';

/** Where the operator's users get the app for their own account. */
const INVITE_LINK = z.object({ invite_link: text });

export const AUTOMATION = plainApps('automation', [
  {
    slug: 'autocheckin',
    name: 'Autocheckin',
    type: 'autocheckin_automation',
    description: 'Link-out to a service that books recurring check-ins automatically.',
  },
  {
    slug: 'bolna',
    name: 'Bolna',
    type: 'bolna_automation',
    description: 'Link-out to Bolna AI phone receptionists.',
  },
  {
    slug: 'caretta',
    name: 'Caretta',
    type: 'caretta_automation',
    description: 'Link-out to Caretta realtime sales AI.',
  },
  {
    slug: 'clara',
    name: 'Clara',
    type: 'clara_automation',
    description: 'Link-out to the Clara website chat agent.',
  },
  {
    slug: 'clic',
    name: 'Clic',
    type: 'check_in_automation',
    description: 'Link-out to Clic, a tool for managing Cal.com links.',
  },
  {
    slug: 'elevenlabs',
    name: 'ElevenLabs',
    type: 'elevenlabs_automation',
    description: 'Link-out to ElevenLabs voice agents.',
  },
  {
    slug: 'famulor',
    name: 'Famulor',
    type: 'famulor_automation',
    description: 'Link-out to Famulor AI voice agents.',
  },
  {
    slug: 'fonio-ai',
    name: 'fonio.ai',
    type: 'fonio-ai_automation',
    description: 'Link-out to the fonio German AI phone assistant.',
  },
  {
    slug: 'greetmate-ai',
    name: 'Greetmate.ai',
    type: 'greetmate-ai_automation',
    description: 'Link-out to Greetmate AI phone agents.',
  },
  { slug: 'lindy', name: 'Lindy', type: 'lindy_automation', description: 'Link-out to Lindy AI agents.' },
  {
    slug: 'make',
    name: 'Make',
    type: 'make_automation',
    description: 'Make (Integromat) triggers with a Cal.com API key.',
    kind: 'calcom_api_key',
    keys: INVITE_LINK,
    publicKeys: ['invite_link'],
  },
  {
    slug: 'millis-ai',
    name: 'Millis AI',
    type: 'millis-ai_automation',
    description: 'Link-out to Millis AI voice agents.',
  },
  {
    slug: 'monobot',
    name: 'Monobot CX',
    type: 'monobot_automation',
    description: 'Link-out to the Monobot AI assistant.',
  },
  { slug: 'n8n', name: 'n8n', type: 'n8n_automation', description: 'Link-out to the n8n Cal.com trigger.' },
  {
    slug: 'pipedream',
    name: 'Pipedream',
    type: 'pipedream_automation',
    description: 'Link-out to Pipedream workflows.',
  },
  {
    slug: 'raycast',
    name: 'Raycast',
    type: 'raycast_other',
    variant: 'other',
    description: 'Link-out to the Raycast extension.',
  },
  {
    slug: 'retell-ai',
    name: 'Retell AI',
    type: 'retell-ai_automation',
    description: 'Link-out to Retell AI phone agents.',
  },
  {
    slug: 'routing-forms',
    name: 'Routing',
    type: 'routing-forms_other',
    variant: 'other',
    description: 'Forms that route a booker to the right event or host.',
  },
  {
    slug: 'synthflow',
    name: 'Synthflow',
    type: 'synthflow_automation',
    description: 'Link-out to Synthflow AI phone calls.',
  },
  {
    slug: 'telli',
    name: 'telli',
    type: 'telli_automation',
    description: 'Link-out to telli AI phone agents.',
  },
  {
    slug: 'wipe-my-cal',
    dirName: 'wipemycalother',
    name: 'WipeMyCal',
    type: 'wipemycal_other',
    variant: 'other',
    description: 'Mass-reschedules all bookings of a day.',
  },
  {
    slug: 'zapier',
    name: 'Zapier',
    type: 'zapier_automation',
    description: 'Zapier triggers with a Cal.com API key.',
    kind: 'calcom_api_key',
    keys: INVITE_LINK,
    publicKeys: ['invite_link'],
  },
]);
