import { html, raw } from 'hono/html';
import { ADMIN_EMAIL } from '../people.ts';
import { noticeBox } from './notice-box.ts';
import { steps } from './steps.ts';
import type { Note } from './story.ts';
import { STYLE } from './style.ts';
import type { View } from './view.ts';
import { moment, span } from './words.ts';

type Html = ReturnType<typeof html>;

/** The tour as one page. Reloads itself only while a delivery is on its way. */
export function page(view: View): Html {
  const { story } = view;
  const onItsWay = story.delivery?.state === 'waiting' && story.delivery.attempts === 0;
  return frame(
    onItsWay ? html`<meta http-equiv="refresh" content="1">` : html``,
    html`${facts(view)}
      <main>
        ${steps(view)}
        ${notes('What the platform noted', story.platformNotes)}
        ${notes('What the instance noted', story.instanceNotes)}
      </main>`,
  );
}

/** What is shown when the story itself cannot be read. */
export function faultPage(text: string, remedy: string | null): Html {
  return frame(
    html``,
    html`<main>${noticeBox({ tone: 'bad', text, remedy })}<p><a href="/sandbox">Back to the tour</a></p></main>`,
  );
}

function frame(head: Html, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Keyferry sandbox</title>
${head}
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
  <h1>A credential travels</h1>
  <p>This page plays the product that its users know. It asks the platform and the instance through their HTTP APIs,
    as the product's own back end would.</p>
</header>
${body}
</body>
</html>`;
}

function facts({ now, aheadMs, googleUrl, demoUserId, places: { instance, platform } }: View): Html {
  const ahead = aheadMs === 0 ? '' : `, ${span(aheadMs)} ahead`;
  return html`<header><ul class="facts quiet">
    <li>Clock of the sandbox: ${moment(now)}${ahead}</li>
    <li>User: demo, id ${demoUserId} on the instance</li>
    <li>Google: ${googleUrl === null ? 'the real one' : `emulated at ${googleUrl}`}</li>
    <li>Look inside, as ${ADMIN_EMAIL}: <a href="${instance}/settings/admin/apps">apps and keys</a>,
      <a href="${instance}/credentials">credentials</a>, <a href="${platform}/connections">the platform's desk</a></li>
  </ul></header>`;
}

function notes(title: string, list: readonly Note[]): Html {
  if (list.length === 0) return html``;
  return html`<details><summary>${title}</summary><table>
    ${list.map(({ at, kind, detail }) => html`<tr><th>${moment(at)}</th><td>${kind}${detail === null ? '' : `: ${detail}`}</td></tr>`)}
  </table></details>`;
}
