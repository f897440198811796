/** A value with kinds in the place of what it holds; members and nesting are kept. */
export function kindsOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(kindsOf);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      // JSON has no member for it.
      member === undefined ? [] : [[name, kindsOf(member)]],
    ),
  );
}
