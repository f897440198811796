import * as icons from 'simple-icons';
import type { AppDefinition } from '../../src/apps/index.ts';
import { BRANDS } from './brands.ts';

const BY_SLUG = new Map(Object.values(icons).map(icon => [icon.slug, icon]));

type Named = Pick<AppDefinition, 'slug' | 'name'>;

/** A tile of 40 by 40: the brand's sign on the brand's colour, or the first letter where there is none. */
export function drawLogo({ slug, name }: Named): string {
  const icon = [BRANDS[slug], bare(slug), bare(name)].map(key => BY_SLUG.get(key ?? '')).find(Boolean);
  return icon
    ? tile(
        `#${icon.hex}`,
        `<path transform="translate(9 9) scale(.9167)" fill="${inkOn(icon.hex)}" d="${icon.path}"/>`,
      )
    : tile(
        `hsl(${hueOf(slug)} 45% 38%)`,
        `<text x="20" y="27" text-anchor="middle" font-family="system-ui,sans-serif" font-size="20" font-weight="600" fill="#fff">${firstLetter(name)}</text>`,
      );
}

function tile(colour: string, sign: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="9" fill="${colour}"/>${sign}</svg>`;
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('+', 'plus')
    .replace(/[^a-z0-9]/g, '');
}

function firstLetter(name: string): string {
  return /[A-Za-z0-9]/.exec(name)?.[0].toUpperCase() ?? '?';
}

/** Black or white, whichever is easier to see on the colour. */
function inkOn(hex: string): string {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 170 ? '#111' : '#fff';
}

function hueOf(slug: string): number {
  return [...slug].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
}
