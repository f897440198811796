/** So many are looked up at most: a longer text is found by these, and compared whole afterwards. */
const MOST = 12;

/** The three letters in a row of which a text consists; none of a shorter one. */
export function trigramsOf(text: string): string[] {
  const letters = [...text];
  const found = new Set<string>();
  for (let at = 0; at + 3 <= letters.length && found.size < MOST; at++) {
    found.add(letters.slice(at, at + 3).join(''));
  }
  return [...found];
}

/** What SQLite's FTS5 is asked: rows that have them all. */
export function ftsQuery(trigrams: readonly string[]): string {
  return trigrams.map(trigram => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}
