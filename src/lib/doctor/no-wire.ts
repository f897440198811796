/** What to do where credential sharing is off. */
export const NO_WIRE =
  'Set CALCOM_WEBHOOK_SECRET and CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: keyferry keygen makes both.';
