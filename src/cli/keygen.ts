import { randomBytes } from 'node:crypto';
import type { Command } from './command.ts';

/** Prints a block for a .env file, with fresh secrets of the right lengths. */
export const keygen: Command = {
  name: 'keygen',
  summary: 'print a ready .env block with fresh secrets',
  options: {},
  notes: [
    'Only the block goes to stdout: keyferry keygen > .env',
    'Both sides need the same CALCOM_ values. Keep the file to yourself (chmod 600 .env).',
  ],
  async run(_values, terminal) {
    for (const line of keyBlock(new Date())) terminal.out(line);
    return 0;
  },
};

/** The lines of the block. @param today names the sealing key, so that a rotation shows which is newer */
export function keyBlock(today: Date): readonly string[] {
  const { CALCOM_WEBHOOK_SECRET, ...secrets } = freshSecrets(today);
  return [
    '# The wire between platform and instance: the same on both sides',
    `CALCOM_WEBHOOK_SECRET=${CALCOM_WEBHOOK_SECRET}`,
    'CALCOM_WEBHOOK_HEADER_NAME=calcom-webhook-secret',
    `CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY=${secrets.CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY}`,
    '# Where the instance asks for a fresh token, and the web addresses of the instance and of the platform',
    'CALCOM_CREDENTIAL_SYNC_ENDPOINT=http://localhost:5100/api/sync',
    'CALCOM_WEBAPP_URL=http://localhost:3000',
    'KEYFERRY_PLATFORM_URL=http://localhost:5100',
    '# Seals what is stored. Lose it and the stored credentials are lost',
    `KEYFERRY_ENCRYPTION_KEYS=${secrets.KEYFERRY_ENCRYPTION_KEYS}`,
    '# Opens the back-end API of both roles (Authorization: Bearer ...)',
    `KEYFERRY_API_KEY=${secrets.KEYFERRY_API_KEY}`,
  ];
}

/** The secrets that a pair of roles needs, fresh. */
export function freshSecrets(today: Date) {
  const day = today.toISOString().slice(0, 10).replaceAll('-', '');
  return {
    CALCOM_WEBHOOK_SECRET: randomBytes(32).toString('base64'),
    // 24 bytes make the 32 characters that the wire takes as they stand.
    CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
    KEYFERRY_ENCRYPTION_KEYS: `k${day}:${randomBytes(32).toString('base64')}`,
    KEYFERRY_API_KEY: `kf_${randomBytes(24).toString('base64url')}`,
  };
}
