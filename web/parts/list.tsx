import { Button, Center, Loader, ScrollArea, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { RefusalAlert } from './refusal-alert.tsx';

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => ReactNode;
  /** For a column of buttons: its title is read out, not shown. */
  readonly quiet?: boolean;
}

interface Listed<Item> {
  readonly items: readonly Item[];
  readonly total: number | null;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

/** A table over a list that comes in pages. @param caption what the rows are, for those who do not see it */
export function List<Item>({
  list,
  caption,
  columns,
  keyOf,
  empty,
}: {
  list: Listed<Item>;
  caption: string;
  columns: readonly Column<Item>[];
  keyOf: (item: Item) => string | number;
  empty: ReactNode;
}) {
  const more = (words: string) => (
    <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {words}
    </Button>
  );
  if (list.isPending) return <Waiting />;
  const { items } = list;
  if (list.error && items.length === 0) return <RefusalAlert error={list.error} again={list.refetch} />;
  // The server looked through a stretch and found nothing there.
  if (items.length === 0 && list.hasNextPage)
    return <Center py="md">{more('Nothing so far: look on')}</Center>;
  if (items.length === 0) return empty;
  return (
    <Stack gap="sm">
      {list.error ? <RefusalAlert error={list.error} again={list.refetch} /> : null}
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, 'aria-label': caption, role: 'region' }}>
        <Table verticalSpacing="sm" fz="sm" highlightOnHover aria-label={caption}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ title, quiet }) => (
                <Table.Th key={title} scope="col">
                  {quiet ? <VisuallyHidden>{title}</VisuallyHidden> : title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(item => (
              <Table.Tr key={keyOf(item)}>
                {columns.map(({ title, cell }) => (
                  <Table.Td key={title}>{cell(item)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      <Center>
        {list.hasNextPage ? (
          more('Show more')
        ) : (
          <Text size="sm" c="dimmed" aria-live="polite">
            {list.total === null || list.total === items.length
              ? `${items.length} in all`
              : `${items.length} of ${list.total}`}
          </Text>
        )}
      </Center>
    </Stack>
  );
}

/** Something is on its way. */
export function Waiting() {
  return (
    <Center py="xl" role="status" aria-label="Loading">
      <Loader />
    </Center>
  );
}
