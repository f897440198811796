import { html } from 'hono/html';
import type { Progress } from './view.ts';

export type Html = ReturnType<typeof html>;

interface Heading {
  readonly number: number;
  readonly title: string;
  readonly state: Progress;
}

/** A card of the tour. @param notice what the last click led to, or nothing */
export function card({ number, title, state }: Heading, notice: Html, body: Html): Html {
  const chip = CHIPS[state];
  return html`<section class="card ${state}" id="step-${number}">
    <div class="number">${number}</div>
    <div>
      <div class="head"><h2>${title}</h2>${chip}</div>
      ${notice}
      ${body}
    </div>
  </section>`;
}

const CHIPS: Readonly<Record<Progress, Html | string>> = {
  done: html`<span class="chip good">done</span>`,
  next: html`<span class="chip">next</span>`,
  later: '',
};

interface Button {
  readonly label: string;
  readonly main?: boolean;
  readonly small?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
}

/** A form of one button. @param path below /sandbox */
export function action(path: string, { label, main, small, fields = {} }: Button): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const look = main ? 'main' : small ? 'small' : '';
  return html`<form method="post" action="/sandbox/${path}">${hidden}<button class="${look}">${label}</button></form>`;
}

export function row(name: string, value: Html | string): Html {
  return html`<tr><th>${name}</th><td>${value}</td></tr>`;
}

export function table(rows: readonly Html[]): Html {
  return rows.length === 0 ? html`<p class="quiet">none</p>` : html`<table>${rows}</table>`;
}
