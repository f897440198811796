import { html } from 'hono/html';
import type { FormApp, FormField } from '../../apps/index.ts';
import { type Html, page } from '../connect/pages.ts';
import type { FormFault } from './read-form.ts';

export interface FormView {
  readonly app: Pick<FormApp, 'name' | 'credential'>;
  /** Where it is posted. */
  readonly action: string;
  /** What was entered before; secrets are not shown again. */
  readonly entered: URLSearchParams;
  readonly faults: readonly FormFault[];
  readonly returnUrl: string | null;
}

/** The form of an app: what its record asks for, and what was wrong with it the last time. */
export function formPage({ app, action, entered, faults, returnUrl }: FormView): Html {
  const { fields } = app.credential;
  const rows = fields.map(field =>
    fieldRow(field, {
      entered,
      fault: faults.find(fault => fault.field === field.name)?.message ?? null,
    }),
  );
  const title = `Connect ${app.name}`;
  const back = returnUrl === null ? '' : html`<p><a href="${returnUrl}">Back</a></p>`;
  return page(
    faults.length === 0 ? title : `${title}: not yet`,
    html`${summary(fields, faults)}<form method="post" action="${action}">${rows}<p><button>Connect</button></p></form>${back}`,
  );
}

function summary(fields: readonly FormField[], faults: readonly FormFault[]): Html | string {
  if (faults.length === 0) return '';
  const items = faults.map(({ field, message }) => {
    const label = fields.find(({ name }) => name === field)?.label;
    return label === undefined || field === null
      ? html`<li>${message}</li>`
      : html`<li><a href="#${idOf(field)}">${label}</a>: ${message}</li>`;
  });
  return html`<div class="faults" role="alert"><ul>${items}</ul></div>`;
}

function fieldRow(
  field: FormField,
  { entered, fault }: { entered: URLSearchParams; fault: string | null },
): Html {
  const { name, label, input, hint } = field;
  const id = idOf(name);
  const note = hint === undefined ? '' : html`<span class="quiet" id="${id}-hint">${hint}</span>`;
  const wrong = fault === null ? '' : html`<span class="fault" id="${id}-fault">${fault}</span>`;
  const control = controlOf(field, { id, entered, fault });
  if (input === 'checkbox') {
    return html`<p class="field">${control} <label for="${id}">${label}</label>${note}${wrong}</p>`;
  }
  const optional = field.required ? '' : html` <span class="quiet">(optional)</span>`;
  return html`<p class="field"><label for="${id}">${label}${optional}</label>${note}${wrong}${control}</p>`;
}

function controlOf(
  { name, input, options = {}, required, initial = '', hint }: FormField,
  { id, entered, fault }: { id: string; entered: URLSearchParams; fault: string | null },
): Html {
  const told = [hint === undefined ? [] : `${id}-hint`, fault === null ? [] : `${id}-fault`].flat().join(' ');
  const needed = required ? html` required` : '';
  const described = told === '' ? '' : html` aria-describedby="${told}"`;
  const invalid = fault === null ? '' : html` aria-invalid="true"`;
  const common = html`id="${id}" name="${name}"${needed}${described}${invalid}`;
  const value = entered.get(name) ?? initial;
  if (input === 'checkbox') {
    const checked = entered.has(name) ? html` checked` : '';
    return html`<input type="checkbox" ${common} value="on"${checked}>`;
  }
  if (input === 'select') {
    const choices = Object.entries(options).map(
      ([one, label]) => html`<option value="${one}"${one === value ? html` selected` : ''}>${label}</option>`,
    );
    return html`<select ${common}>${choices}</select>`;
  }
  if (input === 'lines') {
    return html`<textarea ${common} rows="4" spellcheck="false" autocapitalize="none">${value}</textarea>`;
  }
  if (input === 'password') {
    return html`<input type="password" ${common} autocomplete="off">`;
  }
  return html`<input type="${input}" ${common} value="${value}" spellcheck="false" autocapitalize="none">`;
}

/** A dot is taken for a class by whoever looks for an id. */
function idOf(name: string): string {
  return `field-${name.replaceAll('.', '-')}`;
}
