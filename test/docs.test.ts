import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import vectors from '../src/protocol/aes-vectors.json' with { type: 'json' };

const ROOT = new URL('../', import.meta.url);
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: fileURLToPath(ROOT) })
  .map(path => path.replaceAll('\\', '/'))
  .filter(path => !path.includes('node_modules/'));

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2\s*$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Where a page can be entered: its headings as GitHub names them, and explicit anchors. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, id = ''] of markdown.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  const counts = new Map<string, number>();
  const headings = markdown
    .replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2\s*$/gm, '')
    .matchAll(/^#{1,6} +(.+?) *#*$/gm);
  for (const [, heading = ''] of headings) {
    const text = heading.replace(/<[^>]*>/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

/** Links of a page that lead nowhere inside the repository. */
function brokenLinks(page: string): string[] {
  const markdown = withoutCode(read(page));
  const links = markdown.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)/gm);
  const targets = [...links].map(([, inline, reference]) => inline ?? reference ?? '');
  return targets.filter(target => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return false;
    const url = new URL(target, new URL(page, ROOT));
    const anchor = decodeURIComponent(url.hash.slice(1));
    url.hash = '';
    if (!existsSync(url)) return true;
    return anchor !== '' && !anchorsOf(readFileSync(url, 'utf8')).has(anchor);
  });
}

describe('the links of', () => {
  test.each(pages)('%s lead somewhere', page => {
    expect(brokenLinks(page)).toEqual([]);
  });
});

test('anchors are named as GitHub names them', () => {
  const markdown =
    '# Two Words\n## 5. `POST /api`: *it*\n## Again\n## Again\n```\n# no heading\n```\n<a id="own"></a>';
  expect(anchorsOf(markdown)).toEqual(new Set(['own', 'two-words', '5-post-api-it', 'again', 'again-1']));
});

describe.runIf(pages.includes('docs/protocol.md'))('docs/protocol.md', () => {
  const protocol = pages.includes('docs/protocol.md') ? read('docs/protocol.md') : '';

  test('prints the AES vectors that the code is tested with, and no other', () => {
    const printed = [...protocol.matchAll(/\b[0-9a-f]{32}:(?:[0-9a-f]{32})+\b/g)].map(([wire]) => wire);
    expect(new Set(printed)).toEqual(new Set(vectors.vectors.map(({ wire }) => wire)));
    expect(protocol).toContain(vectors.key);
    for (const { text } of vectors.vectors) {
      const written = [text, JSON.stringify(text).slice(1, -1)];
      expect(
        written.some(form => protocol.includes(form)),
        text,
      ).toBe(true);
    }
  });

  test('has every section that the sources refer to', () => {
    const sources = globSync('src/**/*.ts', { cwd: fileURLToPath(ROOT) });
    const named = sources.flatMap(path => [...read(path).matchAll(/docs\/protocol\.md#([\w-]+)/g)]);
    expect(named.length).toBeGreaterThan(10);
    const sections = new Set([...protocol.matchAll(/^#{1,6} +(\d+)\b/gm)].map(([, number]) => number));
    const anchors = anchorsOf(protocol);
    const missing = named.filter(([, section = '']) => !sections.has(section) && !anchors.has(section));
    expect(missing.map(([reference]) => reference)).toEqual([]);
  });
});
