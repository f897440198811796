const UNITS = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "in 5 minutes", "2 days ago", in the reader's language. Both times are epoch milliseconds. */
export function relativeTime(at: number, now: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const distance = at - now;
  const [unit, length] = UNITS.find(([, ms]) => Math.abs(distance) >= ms) ?? ['second', 1_000];
  // "now" for anything that is less than ten seconds away: nobody reads seconds that change.
  if (unit === 'second' && Math.abs(distance) < 10_000) return words.format(0, 'second');
  return words.format(Math.round(distance / length), unit);
}

/** Date, time and zone of the reader, to the second. */
export function exactTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(at);
}
