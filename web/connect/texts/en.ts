import type { ConnectCode } from '../../../src/platform/connect/codes.ts';

/** What the page itself finds out, beside the codes of the server. */
type Code = ConnectCode | 'unreachable' | 'unexpected_answer' | 'page_fault';

interface CodeText {
  readonly title: string;
  readonly text: string;
}

const SILENT: CodeText = {
  title: 'There is no answer from there',
  text: 'Check the address. If it is right, try again later.',
};
const AWAY: CodeText = {
  title: '{app} cannot be reached right now',
  text: 'Nothing was connected. Wait a few minutes, then try again.',
};
const UNFIT: CodeText = {
  title: '{app} did not complete the connection',
  text: 'Nothing was connected. Try again; if it stays so, tell {host} the code below.',
};
const NOT_SET_UP: CodeText = {
  title: '{app} is not set up properly here',
  text: 'You cannot mend this yourself. Tell {host} the code below; once they have mended it, try again.',
};
const OURS: CodeText = {
  title: 'Something failed here',
  text: 'Nothing was connected. Try again; if it stays so, tell {host} the code below.',
};
const FORM: CodeText = {
  title: 'This could not be read',
  text: 'Check what you entered, then try again.',
};

/**
 * Every text of the connect page. Another language is a file like this one, named in index.ts.
 * Placeholders: {app} the app, {host} who sent the user here.
 */
export const en = {
  language: 'English',
  /** Stands for {host} where nobody named it. */
  someHost: 'the service that sent you here',
  /** Stands for {app} where it is not known. */
  someApp: 'The app',
  loading: 'One moment',
  connected: 'Connected',
  optional: 'optional',
  show: 'Show',
  hide: 'Hide',
  showField: 'Show {field}',
  code: 'Code',
  details: 'Details',
  again: 'Try again',
  back: 'Back to {host}',
  close: 'You can close this window.',
  choose: {
    title: 'Connect an app',
    about: 'Choose what you want to connect with {host}.',
    another: 'Choose another app',
  },
  step: {
    title: 'Connect {app}',
    consent:
      '{app} will ask you whether {host} may use your account: only what you allow there is shared, and you can take it back at any time.',
    go: 'Continue to {app}',
    form: 'What you enter is stored encrypted and used for the connection with {app} alone.',
    submit: 'Connect {app}',
    faulty: 'Something is not right yet. See below.',
    /** In the place of the texts of the codes, where the user has entered something. */
    refusals: {
      provider_malformed: {
        title: 'What you entered leads to nothing usable',
        text: 'Check the address, then try again.',
      },
      provider_refused: {
        title: 'What you entered leads elsewhere',
        text: 'Check the address, then try again.',
      },
      provider_unanswered: SILENT,
      provider_unreachable: SILENT,
    } satisfies Readonly<Partial<Record<Code, CodeText>>>,
  },
  result: {
    title: '{app} is connected',
    next: 'It is being set up at {host} now, which takes a few seconds. There is nothing more to do here.',
    more: 'Connect another app',
    allDone: 'Everything is connected',
    allDoneText: 'There is nothing left to connect with this link.',
  },
  faults: {
    required: 'Fill this in.',
    url: 'Enter a whole address, such as https://calendar.example.com.',
    https: 'Enter an address that begins with https://: without it, what you enter could be read on the way.',
    lines: 'Enter whole addresses, such as https://calendar.example.com/feed.ics, each on a line.',
    email: 'Enter an e-mail address.',
    invalid: 'This is not taken as it stands. Check it.',
  },
  codes: {
    address_refused: {
      title: 'This address cannot be used',
      text: 'Enter an address that is reached from everywhere.',
    },
    app_keys_missing: NOT_SET_UP,
    app_not_found: NOT_SET_UP,
    body_invalid: FORM,
    body_not_json: FORM,
    body_too_large: { title: 'This is too long', text: 'Shorten what you entered, then try again.' },
    busy: OURS,
    conflict: {
      title: 'This connection belongs to another user',
      text: 'Go back to {host}, sign in again and ask for a new link. If it stays so, tell them the code below.',
    },
    consent_denied: {
      title: 'Access was not granted',
      text: '{app} was not connected, because the access was refused there. If that was not your intention, try again and allow it.',
    },
    credential_refused: {
      title: 'What you entered was not accepted',
      text: 'Check it, then try again. Many services want a password that is made for one app in the place of your own.',
    },
    internal: OURS,
    not_found: {
      title: 'There is nothing here',
      text: 'Open the link that you were given, or go back to {host} and ask for a new one.',
    },
    origin_refused: {
      title: 'This page was opened in an unusual way',
      text: 'Open the link again, in the address bar of a browser.',
    },
    provider_blocked: {
      title: 'Your organisation does not allow {app} here',
      text: 'Ask its administrator to allow it, then try again.',
    },
    provider_busy: AWAY,
    provider_client_refused: NOT_SET_UP,
    provider_failed: AWAY,
    provider_malformed: UNFIT,
    provider_refused: UNFIT,
    provider_unanswered: AWAY,
    provider_unreachable: AWAY,
    sealed_unreadable: OURS,
    session_invalid: {
      title: 'This link no longer works',
      text: 'It was used, has run out, or was first opened in another browser. If that was just now, go on in that browser. Otherwise go back to {host} and ask for a new link.',
    },
    unreachable: {
      title: 'There is no answer',
      text: 'Check your connection to the internet, then try again.',
    },
    unexpected_answer: OURS,
    page_fault: OURS,
  } satisfies Readonly<Record<Code, CodeText>>,
  /** Labels and hints of the apps' own records, which are English; what is not here is shown as it is. */
  labels: {} as Readonly<Record<string, string>>,
};

/** What every language has. */
export type Texts = typeof en;
