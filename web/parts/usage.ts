/** "12 users, 3 in trouble". @param one what is counted */
export function usage(
  { held, troubled }: { readonly held: number; readonly troubled: number },
  one: 'user' | 'connection',
): string {
  if (held === 0) return `No ${one}s`;
  const all = held === 1 ? `1 ${one}` : `${held.toLocaleString('en')} ${one}s`;
  if (troubled === 0) return all;
  return troubled === held ? `${all}, in trouble` : `${all}, ${troubled.toLocaleString('en')} in trouble`;
}
