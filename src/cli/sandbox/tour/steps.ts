import { html } from 'hono/html';
import { noticeBox } from './notice-box.ts';
import { action, card, type Html, row, table } from './parts.ts';
import { progress, type View } from './view.ts';
import { fromNow, hours, moment } from './words.ts';

/** The five cards, in order, and a sixth to end it where something is connected. */
export function steps(view: View): Html[] {
  const bodies = [connect, deliver, store, use, refresh];
  const titles = [
    'Connect Google Calendar, on the platform',
    'Delivered to the instance',
    'Stored there, sealed',
    'Used there',
    'Expired, and refreshed',
  ];
  const cards = progress(view).map((state, index) => {
    const number = index + 1;
    return card(
      { number, title: titles[index] ?? '', state },
      said(view, number),
      bodies[index]?.(view) ?? html``,
    );
  });
  return view.story.connection === null ? cards : [...cards, disconnect(view)];
}

function disconnect(view: View): Html {
  return html`<section class="card plain" id="step-6">
    <div>
      <div class="head"><h2>Disconnect</h2></div>
      ${said(view, 6)}
      <p>The platform revokes the grant at the provider, deletes the credential on the instance and wipes its own.</p>
      <div class="actions">${action('disconnect', { label: 'Disconnect' })}</div>
    </div>
  </section>`;
}

/** What the last click led to, where it belongs to this card. */
function said({ notice }: View, step: number): Html {
  return notice?.step === step ? noticeBox(notice) : html``;
}

function connect(view: View): Html {
  const { connection } = view.story;
  const google = view.googleUrl === null ? 'Google' : 'the emulated Google';
  if (connection === null) {
    return html`<p>The host asks the platform for a one-time link and sends its user there. The user consents at
      ${google}; the platform keeps both tokens, sealed.</p>
      <div class="actions">${action('connect', { label: 'Connect', main: true })}</div>`;
  }
  if (view.forgotten) {
    return html`<p>This grant is from an earlier start. The emulated Google keeps its grants in memory and no longer
      knows it, as if the user had withdrawn it.</p>
      <div class="actions">${action('connect', { label: 'Connect again', main: true })}</div>`;
  }
  const reason = connection.statusReason === null ? '' : ` (${connection.statusReason})`;
  return html`<table>
      ${row('Connection', html`<code>${connection.id}</code>`)}
      ${row('Status', html`${connection.status.replaceAll('_', ' ')}${reason}`)}
      ${row('Since', moment(connection.createdAt))}
      ${connection.refreshedAt === null ? '' : row('Refreshed', moment(connection.refreshedAt))}
    </table>
    ${
      connection.status === 'connected'
        ? ''
        : html`<div class="actions">${action('connect', { label: 'Connect again', main: true })}</div>`
    }`;
}

function deliver({ story, now }: View): Html {
  const { delivery } = story;
  if (delivery === null) {
    return html`<p>The platform encrypts the access token and posts it to <code>/api/webhook/app-credential</code>. If
      the instance is away, it tries again, for as long as it takes.</p>`;
  }
  const retry = html`<div class="actions">${action('deliver', { label: 'Deliver now' })}</div>`;
  const error = delivery.lastError === null ? '' : row('Last answer', delivery.lastError);
  if (delivery.state === 'done') {
    return html`<table>${row('Delivered', moment(delivery.updatedAt))}${row('Answer', String(delivery.lastStatus ?? ''))}</table>`;
  }
  const when =
    delivery.state === 'waiting'
      ? html`next try ${fromNow(delivery.dueAt, now)}`
      : 'stopped: it needs a hand';
  return html`<table>${row('State', html`<span class="chip wait">${when}</span>`)}
    ${row('Tries', String(delivery.attempts))}${error}</table>${retry}`;
}

function store({ story, now }: View): Html {
  const { credential, sealed } = story;
  if (credential === null) {
    return html`<p>The instance decrypts what came, checks it, and seals it again under a key that never leaves it.</p>`;
  }
  const reason = credential.statusReason === null ? '' : ` (${credential.statusReason})`;
  const expires =
    credential.expiresAt === null
      ? 'nobody said'
      : html`${moment(credential.expiresAt)}, ${fromNow(credential.expiresAt, now)}`;
  return html`<table>
      ${row('Status', html`${credential.status.replaceAll('_', ' ')}${reason}`)}
      ${row('Version', String(credential.version))}
      ${row('Token expires', expires)}
    </table>
    <h3>The column "sealedKey" in its database</h3>
    <code class="sealed">${sealed ?? ''}…</code>`;
}

function use(view: View): Html {
  if (view.story.credential === null) {
    return html`<p>The instance reads calendars and busy times, and writes events, with the user's token.</p>`;
  }
  const found = view.use;
  const look = action('use', {
    label: found ? 'Look again' : 'Look into the calendar',
    main: found === null,
  });
  const make = action('event', { label: 'Make an event for tomorrow' });
  if (found === null) return html`<div class="actions">${look}${make}</div>`;
  return html`<h3>Calendars</h3>
    <p>${found.calendars.map(({ name }) => name).join(', ')}</p>
    <h3>Busy in the coming week</h3>
    ${table(found.busy.map(one => html`<tr><td>${hours(one)}</td></tr>`))}
    <h3>Events of the primary calendar</h3>
    ${table(
      found.events.map(
        event => html`<tr><td>${event.title}</td><td>${hours(event)}</td>
          <td class="end">${action('event/delete', { label: 'Delete', small: true, fields: { id: event.id, calendarId: event.calendarId } })}</td></tr>`,
      ),
    )}
    <div class="actions">${look}${make}</div>`;
}

function refresh(view: View): Html {
  const { story, now } = view;
  const { credential, connection } = story;
  if (credential === null || credential.expiresAt === null) {
    return html`<p>An hour later the token has expired. The instance asks the platform at its sync endpoint, the
      platform refreshes at the provider, and the refresh token never leaves it.</p>`;
  }
  const expired = credential.expiresAt <= now;
  const refreshed = view.use && view.use.before.refreshedAt !== view.use.after.refreshedAt ? view.use : null;
  const last = credential.refreshedAt;
  return html`<table>
      ${row('Token', expired ? html`<span class="chip wait">expired ${fromNow(credential.expiresAt, now)}</span>` : `good, expires ${fromNow(credential.expiresAt, now)}`)}
      ${last === null ? '' : row('Refreshed', html`${moment(last)}, through the sync endpoint`)}
      ${refreshed ? row('Instance version', `${refreshed.before.version} before the last use, ${refreshed.after.version} after it`) : ''}
      ${last === null || connection === null ? '' : row('Platform version', String(connection.version))}
    </table>
    <div class="actions">
      ${expired ? action('use-again', { label: 'Use it again', main: true }) : action('expire', { label: 'Set the clock past the expiry', main: view.use !== null && last === null })}
    </div>`;
}
