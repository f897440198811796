import type { Texts } from './en.ts';

const SILENT = {
  title: 'Von dort kommt keine Antwort',
  text: 'Prüfen Sie die Adresse. Stimmt sie, versuchen Sie es später noch einmal.',
};
const AWAY = {
  title: '{app} ist gerade nicht erreichbar',
  text: 'Es wurde nichts verbunden. Warten Sie einige Minuten und versuchen Sie es noch einmal.',
};
const UNFIT = {
  title: '{app} hat die Verbindung nicht abgeschlossen',
  text: 'Es wurde nichts verbunden. Versuchen Sie es noch einmal; bleibt es dabei, nennen Sie {host} den Code unten.',
};
const NOT_SET_UP = {
  title: '{app} ist hier nicht richtig eingerichtet',
  text: 'Das können Sie nicht selbst beheben. Nennen Sie {host} den Code unten; ist es dort behoben, versuchen Sie es noch einmal.',
};
const OURS = {
  title: 'Hier ist etwas fehlgeschlagen',
  text: 'Es wurde nichts verbunden. Versuchen Sie es noch einmal; bleibt es dabei, nennen Sie {host} den Code unten.',
};
const FORM = {
  title: 'Das konnte nicht gelesen werden',
  text: 'Prüfen Sie Ihre Angaben und versuchen Sie es noch einmal.',
};

/** {host} stands in the dative everywhere, so that what stands for an unnamed one fits. */
export const de: Texts = {
  language: 'Deutsch',
  someHost: 'dem Dienst, von dem Sie kommen',
  someApp: 'Die App',
  loading: 'Einen Moment',
  connected: 'Verbunden',
  optional: 'freiwillig',
  show: 'Zeigen',
  hide: 'Verbergen',
  showField: '{field} zeigen',
  code: 'Code',
  details: 'Einzelheiten',
  again: 'Noch einmal versuchen',
  back: 'Zurück zu {host}',
  close: 'Sie können dieses Fenster schließen.',
  choose: {
    title: 'Eine App verbinden',
    about: 'Wählen Sie, was Sie mit {host} verbinden möchten.',
    another: 'Eine andere App wählen',
  },
  step: {
    title: '{app} verbinden',
    consent:
      '{app} fragt Sie gleich, ob Ihr Konto bei {host} verwendet werden darf: Freigegeben wird nur, was Sie dort erlauben, und Sie können es jederzeit widerrufen.',
    go: 'Weiter zu {app}',
    form: 'Ihre Angaben werden verschlüsselt gespeichert und nur für die Verbindung mit {app} verwendet.',
    submit: '{app} verbinden',
    faulty: 'Etwas stimmt noch nicht. Siehe unten.',
    refusals: {
      provider_malformed: {
        title: 'Ihre Angaben führen zu nichts Brauchbarem',
        text: 'Prüfen Sie die Adresse und versuchen Sie es noch einmal.',
      },
      provider_refused: {
        title: 'Ihre Angaben führen anderswohin',
        text: 'Prüfen Sie die Adresse und versuchen Sie es noch einmal.',
      },
      provider_unanswered: SILENT,
      provider_unreachable: SILENT,
    },
  },
  result: {
    title: '{app} ist verbunden',
    next: 'Die Verbindung wird jetzt bei {host} eingerichtet, das dauert einige Sekunden. Hier ist nichts mehr zu tun.',
    more: 'Eine weitere App verbinden',
    allDone: 'Alles ist verbunden',
    allDoneText: 'Mit diesem Link gibt es nichts mehr zu verbinden.',
  },
  faults: {
    required: 'Füllen Sie das aus.',
    url: 'Geben Sie eine vollständige Adresse ein, zum Beispiel https://kalender.example.com.',
    https:
      'Geben Sie eine Adresse ein, die mit https:// beginnt: Sonst könnte unterwegs mitgelesen werden, was Sie eingeben.',
    lines:
      'Geben Sie vollständige Adressen ein, zum Beispiel https://kalender.example.com/feed.ics, jede in einer eigenen Zeile.',
    email: 'Geben Sie eine E-Mail-Adresse ein.',
    invalid: 'So wird das nicht angenommen. Prüfen Sie es.',
  },
  codes: {
    address_refused: {
      title: 'Diese Adresse kann nicht verwendet werden',
      text: 'Geben Sie eine Adresse ein, die von überall erreichbar ist.',
    },
    app_keys_missing: NOT_SET_UP,
    app_not_found: NOT_SET_UP,
    body_invalid: FORM,
    body_not_json: FORM,
    body_too_large: {
      title: 'Das ist zu lang',
      text: 'Kürzen Sie Ihre Angaben und versuchen Sie es noch einmal.',
    },
    busy: OURS,
    conflict: {
      title: 'Diese Verbindung gehört einer anderen Person',
      text: 'Gehen Sie zurück zu {host}, melden Sie sich neu an und lassen Sie sich einen neuen Link geben. Bleibt es dabei, nennen Sie dort den Code unten.',
    },
    consent_denied: {
      title: 'Der Zugriff wurde nicht erlaubt',
      text: '{app} wurde nicht verbunden, weil der Zugriff dort abgelehnt wurde. War das nicht Ihre Absicht, versuchen Sie es noch einmal und erlauben Sie ihn.',
    },
    credential_refused: {
      title: 'Ihre Angaben wurden nicht angenommen',
      text: 'Prüfen Sie sie und versuchen Sie es noch einmal. Viele Dienste verlangen ein Passwort, das nur für eine App gilt, statt Ihres eigenen.',
    },
    internal: OURS,
    not_found: {
      title: 'Hier ist nichts',
      text: 'Öffnen Sie den Link, den Sie bekommen haben, oder gehen Sie zurück zu {host} und lassen Sie sich einen neuen geben.',
    },
    origin_refused: {
      title: 'Diese Seite wurde auf ungewöhnlichem Weg geöffnet',
      text: 'Öffnen Sie den Link noch einmal in der Adresszeile eines Browsers.',
    },
    provider_blocked: {
      title: 'Ihre Organisation erlaubt {app} hier nicht',
      text: 'Bitten Sie deren Administration, es zu erlauben, und versuchen Sie es dann noch einmal.',
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
      title: 'Dieser Link gilt nicht mehr',
      text: 'Er wurde schon verwendet, ist abgelaufen oder wurde zuerst in einem anderen Browser geöffnet. War das gerade eben, machen Sie in jenem Browser weiter. Sonst gehen Sie zurück zu {host} und lassen Sie sich einen neuen Link geben.',
    },
    unreachable: {
      title: 'Es kommt keine Antwort',
      text: 'Prüfen Sie Ihre Verbindung zum Internet und versuchen Sie es noch einmal.',
    },
    unexpected_answer: OURS,
    page_fault: OURS,
  },
  labels: {
    'Account id': 'Kontonummer',
    Address: 'Adresse',
    'Address of the server': 'Adresse des Servers',
    'Addresses of the feeds': 'Adressen der Feeds',
    'API key': 'API-Schlüssel',
    'App-specific password': 'App-spezifisches Passwort',
    'Apple Account': 'Apple Account',
    'Client id': 'Client-ID',
    Compression: 'Komprimierung',
    'Id of the user at Vital': 'Nutzer-ID bei Vital',
    'Identity token': 'Identity Token',
    'Lightning address': 'Lightning-Adresse',
    Login: 'Anmeldung',
    'Mail address of the account': 'E-Mail-Adresse des Kontos',
    Password: 'Passwort',
    'Production API key': 'API-Schlüssel (Produktion)',
    'Production salt': 'Salt (Produktion)',
    Sandbox: 'Sandbox',
    'Sandbox API key': 'API-Schlüssel (Sandbox)',
    'Sandbox salt': 'Salt (Sandbox)',
    Secret: 'Geheimer Schlüssel',
    'Server address': 'Adresse des Servers',
    'Store id': 'Shop-ID',
    'User name': 'Benutzername',
    Version: 'Version',
    'Webhook id': 'Webhook-ID',
    'Webhook secret': 'Webhook-Geheimnis',
    'Huddle01 hands it over in the address of the page to which it returns.':
      'Huddle01 übergibt es in der Adresse der Seite, zu der es zurückkehrt.',
    'Make one at account.apple.com; the password of the account itself is refused.':
      'Erstellen Sie eines auf account.apple.com; das Passwort des Kontos selbst wird abgelehnt.',
    'Of a webhook of this REST app that points to the scheduling instance.':
      'Von einem Webhook dieser REST-App, der auf die Termin-Instanz zeigt.',
    'One a line. Whoever has such an address can read the calendar.':
      'Eine je Zeile. Wer eine solche Adresse hat, kann den Kalender lesen.',
    'The address of Exchange Web Services, such as https://mail.example/EWS/Exchange.asmx.':
      'Die Adresse der Exchange Web Services, zum Beispiel https://mail.example/EWS/Exchange.asmx.',
    'The address of the CalDAV server, such as https://cloud.example/remote.php/dav.':
      'Die Adresse des CalDAV-Servers, zum Beispiel https://cloud.example/remote.php/dav.',
    'The mail address of the Apple Account.': 'Die E-Mail-Adresse des Apple Accounts.',
  },
};
