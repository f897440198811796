import { freshSecrets } from '../keygen.ts';

/** The variables of "keyferry keygen", for a process that gets them without a file. */
export function freshKeys() {
  return {
    ...freshSecrets(new Date()),
    CALCOM_WEBHOOK_HEADER_NAME: 'calcom-webhook-secret',
    CALCOM_CREDENTIAL_SYNC_ENDPOINT: 'http://localhost:5100/api/sync',
    CALCOM_WEBAPP_URL: 'http://localhost:3000',
  };
}
