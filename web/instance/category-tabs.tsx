import { Badge, Button, Group, ScrollArea } from '@mantine/core';
import { Link } from 'wouter';
import { CATEGORIES } from './categories.ts';

/** The categories as links, with how many there are of each. */
export function CategoryTabs({
  chosen,
  counts,
  hrefOf,
}: {
  chosen: string;
  counts: ReadonlyMap<string, number>;
  hrefOf: (category: string) => string;
}) {
  return (
    <ScrollArea type="auto" offsetScrollbars="x" scrollbarSize={6}>
      <Group component="nav" aria-label="Categories" gap={4} wrap="nowrap">
        {[['', 'All'] as const, ...CATEGORIES].map(([category, label]) => {
          const active = category === chosen;
          return (
            <Button
              key={category}
              component={Link}
              href={hrefOf(category)}
              variant={active ? 'light' : 'subtle'}
              color={active ? 'teal' : 'gray'}
              {...(active ? {} : { c: 'var(--mantine-color-text)' })}
              size="compact-md"
              fw={active ? 600 : 400}
              style={{ flexShrink: 0 }}
              aria-current={active ? 'page' : undefined}
              rightSection={
                <Badge size="sm" variant="default" circle={(counts.get(category) ?? 0) < 10}>
                  {counts.get(category) ?? 0}
                </Badge>
              }
            >
              {label}
            </Button>
          );
        })}
      </Group>
    </ScrollArea>
  );
}
