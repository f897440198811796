/** In Cal.com's order; `video`, which it has retired, stands before the rest. */
export const CATEGORIES = [
  ['analytics', 'Analytics'],
  ['automation', 'Automation'],
  ['calendar', 'Calendar'],
  ['conferencing', 'Conferencing'],
  ['crm', 'CRM'],
  ['messaging', 'Messaging'],
  ['payment', 'Payment'],
  ['video', 'Video'],
  ['other', 'Other'],
] as const;

/** Whether an address names a category; none stands for all. */
export function isCategory(name: string): boolean {
  return name === '' || CATEGORIES.some(([category]) => category === name);
}

/** How a category is called. */
export function categoryName(name: string): string {
  return CATEGORIES.find(([category]) => category === name)?.[1] ?? name;
}

/** How many there are of each category; under the empty name, of all. */
export function countCategories(
  items: readonly { readonly categories: readonly string[] }[],
): ReadonlyMap<string, number> {
  const counts = new Map([['', items.length]]);
  for (const category of items.flatMap(item => item.categories)) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return counts;
}

/** Those of a category whose name, slug or description holds every word of a text. */
export function findApps<
  App extends { readonly slug: string; readonly name: string; readonly description: string } & {
    readonly categories: readonly string[];
  },
>(apps: readonly App[], { category, search }: { category: string; search: string }): App[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return apps.filter(({ slug, name, description, categories }) => {
    const text = `${name} ${slug} ${description}`.toLowerCase();
    return (category === '' || categories.includes(category)) && words.every(word => text.includes(word));
  });
}
