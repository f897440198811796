import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ask, type Query } from './api.ts';

/** A page of a list as every list route answers it: the items under a name of their own, and where it goes on. */
type Answer<Name extends string, Item> = Readonly<Record<Name, readonly Item[]>> & {
  /** What to ask the following page with, as `after`; null after the last one. */
  readonly next: string | number | null;
  /** How many there are in all, where the server can tell without reading every row. */
  readonly total?: number;
};

/**
 * A list that the server filters and cuts into pages.
 * @param name the member of the answer that holds the items: `credentials`
 * @param everyMs how often it is asked again while the page is looked at; null for never
 */
export function useList<Item>(
  path: string,
  name: string,
  query: Query,
  { everyMs = null }: { everyMs?: number | null } = {},
) {
  const asked = useInfiniteQuery({
    queryKey: [path, 'list', query],
    queryFn: ({ pageParam, signal }) =>
      ask<Answer<string, Item>>('GET', path, { query: { ...query, after: pageParam }, signal }),
    initialPageParam: null as string | number | null,
    getNextPageParam: page => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs ?? false,
  });
  const pages = asked.data?.pages ?? [];
  return { ...asked, items: pages.flatMap(page => page[name] ?? []), total: pages[0]?.total ?? null };
}
