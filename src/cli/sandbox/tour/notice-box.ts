import { html } from 'hono/html';
import type { Notice } from './view.ts';

/** What went well or wrong, and what to do. */
export function noticeBox({ tone, text, remedy }: Omit<Notice, 'step'>): ReturnType<typeof html> {
  const more = remedy === null ? '' : html`<p>${remedy}</p>`;
  return html`<div class="notice ${tone}" role="status"><p>${text}</p>${more}</div>`;
}
