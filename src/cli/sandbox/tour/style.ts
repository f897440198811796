import { createHash } from 'node:crypto';

/** The whole look of the tour. No script, no font, no picture is loaded. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --card: #ffffff; --ink: #1d2127; --quiet: #5c6470; --line: #dfe1dc;
  --accent: #0b6e5f; --on-accent: #ffffff; --good: #0b6e5f; --good-ground: #e3f3ef;
  --bad: #a3261b; --bad-ground: #fbe9e7; --wait: #8a5a00; --wait-ground: #fdf1d8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --card: #1d2127; --ink: #e8e9e6; --quiet: #a0a8b3; --line: #333a43;
    --accent: #55c2ad; --on-accent: #0c1a17; --good: #6fd3bf; --good-ground: #16332e;
    --bad: #ff9d92; --bad-ground: #43201c; --wait: #f1c469; --wait-ground: #3a2f15;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main, header, footer { max-width: 46rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.1rem; line-height: 1.3; margin: 0; }
h3 { font-size: .8rem; margin: 1rem 0 .25rem; color: var(--quiet); font-weight: 600; }
p { margin: .4rem 0; max-width: 62ch; }
a { color: var(--accent); }
.quiet { color: var(--quiet); font-size: .9rem; }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .8rem 0 1.4rem; padding: 0; list-style: none; }
.card {
  display: grid; grid-template-columns: 2.2rem 1fr; gap: 0 .9rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.2rem; margin: 0 0 .8rem;
  scroll-margin-top: 1rem;
}
.card.plain { grid-template-columns: 1fr; }
.number {
  width: 2.2rem; height: 2.2rem; border-radius: 50%; display: grid; place-items: center; font-weight: 700;
  border: 2px solid var(--line); color: var(--quiet);
}
.done .number { background: var(--good-ground); border-color: var(--good); color: var(--good); }
.next { border-color: var(--accent); }
.next .number { border-color: var(--accent); color: var(--accent); }
.later { opacity: .72; }
.head { display: flex; flex-wrap: wrap; gap: .3rem .7rem; align-items: center; min-height: 2.2rem; }
.chip { font-size: .78rem; font-weight: 600; border-radius: 1rem; padding: .1rem .6rem; background: var(--ground); color: var(--quiet); }
.chip.good { background: var(--good-ground); color: var(--good); }
.chip.bad { background: var(--bad-ground); color: var(--bad); }
.chip.wait { background: var(--wait-ground); color: var(--wait); }
.notice { border-radius: .5rem; padding: .6rem .85rem; margin: .5rem 0 .7rem; border: 1px solid; }
.notice p { margin: 0; }
.notice.good { background: var(--good-ground); color: var(--good); }
.notice.bad { background: var(--bad-ground); color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin: .7rem 0 0; }
form { margin: 0; }
button {
  font: inherit; font-weight: 600; border-radius: .5rem; padding: .5rem .95rem; cursor: pointer;
  border: 1px solid var(--accent); background: transparent; color: var(--accent);
}
button.main { background: var(--accent); color: var(--on-accent); }
button.small { padding: .1rem .6rem; font-size: .85rem; }
button:hover { filter: brightness(1.08); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code, .sealed { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .85em; }
.sealed {
  display: block; overflow-wrap: anywhere; background: var(--ground); border: 1px solid var(--line);
  border-radius: .5rem; padding: .6rem .75rem; margin: .4rem 0;
}
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
td, th { text-align: left; padding: .28rem .7rem .28rem 0; vertical-align: top; border-top: 1px solid var(--line); }
tr:first-child td, tr:first-child th { border-top: 0; }
th { font-weight: 500; color: var(--quiet); width: 11rem; }
td.end { text-align: right; padding-right: 0; }
details { margin-top: 1.2rem; }
summary { cursor: pointer; font-weight: 600; }
@media (max-width: 34rem) {
  body { padding-top: 1.2rem; }
  .card { grid-template-columns: 1fr; padding: 1rem; }
  .number { display: none; }
  th { width: 7rem; }
}
`;

/** What a Content-Security-Policy names this style by. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
