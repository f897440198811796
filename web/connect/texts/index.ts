import { en, type Texts } from './en.ts';

export type { Texts } from './en.ts';

/** Every language, by its tag. English is always there; the others are loaded where they are read. */
export const LANGUAGES: Readonly<Record<string, { name: string; load: () => Promise<Texts> }>> = {
  en: { name: 'English', load: async () => en },
  de: { name: 'Deutsch', load: async () => (await import('./de.ts')).de },
};

/**
 * The first of the wished languages that there is; a region does not matter.
 * @param wishes language tags, the dearest first; null and empty ones do not count
 */
export function chooseLanguage(wishes: readonly (string | null)[]): string {
  const bases = wishes.map(wish => wish?.split('-')[0]?.toLowerCase() ?? '');
  return bases.find(base => Object.hasOwn(LANGUAGES, base)) ?? 'en';
}

/** A text with its placeholders filled in; one without a value stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
