const KEY = 'keyferry-language';

/**
 * The language that the address asks for (`?lang=`). It is kept for this tab: the way to a provider and back
 * does not carry it. Null where nobody asked for one.
 */
export function wishedLanguage(search: string): string | null {
  const asked = new URLSearchParams(search).get('lang');
  try {
    if (asked !== null) sessionStorage.setItem(KEY, asked);
    return asked ?? sessionStorage.getItem(KEY);
  } catch {
    // A browser that stores nothing still reads the address.
    return asked;
  }
}
