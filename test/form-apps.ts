import { z } from 'zod';
import type { FormApp, FormCredential } from '../src/apps/index.ts';

const READER = {
  refreshReply: 'none',
  pushExpiry: 'none',
  refreshed: 'never_expires',
  remark: '',
  needs: [],
} as const;

/** The record of an app with a form, as a test wants it. */
export function formApp(credential: Partial<FormCredential> = {}): FormApp {
  return {
    slug: 'test-form',
    dirName: 'testform',
    name: 'Test Form',
    type: 'test_form',
    variant: 'other',
    categories: ['other'],
    description: 'An app of the tests.',
    keys: z.object({}),
    publicKeys: [],
    credential: {
      kind: 'basic',
      schema: z.object({ url: z.url().optional(), username: z.string().min(1), password: z.string().min(1) }),
      fields: [
        { name: 'url', label: 'Server address', input: 'url', required: true },
        { name: 'username', label: 'User name', input: 'text', required: true },
        { name: 'password', label: 'Password', input: 'password', required: true, hint: 'Made for one app.' },
      ],
      nesting: 'plain',
      verify: null,
      calcom: READER,
      ...credential,
    },
  };
}
