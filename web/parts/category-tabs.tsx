import { Badge, Button, Flex, ScrollArea } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { CATEGORIES } from './categories.ts';

/** The categories as links, with how many there are of each: in lines, on a phone in one that scrolls. */
export function CategoryTabs({
  chosen,
  counts,
  hrefOf,
  hideEmpty = false,
}: {
  chosen: string;
  counts: ReadonlyMap<string, number>;
  hrefOf: (category: string) => string;
  /** Whether categories without anything are left out. */
  hideEmpty?: boolean;
}) {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time another one is chosen
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [chosen]);
  const tabs = [['', 'All'] as const, ...CATEGORIES].filter(
    ([category]) => !hideEmpty || category === '' || category === chosen || counts.has(category),
  );
  return (
    <ScrollArea type="auto" offsetScrollbars="x" scrollbarSize={6}>
      <Flex component="nav" aria-label="Categories" gap={4} wrap={{ base: 'nowrap', sm: 'wrap' }} ref={list}>
        {tabs.map(([category, label]) => {
          const active = category === chosen;
          return (
            <Button
              key={category}
              component={Link}
              href={hrefOf(category)}
              variant={active ? 'light' : 'subtle'}
              color={active ? 'teal' : 'gray'}
              {...(active ? {} : { c: 'var(--mantine-color-text)' })}
              size="compact-sm"
              fw={active ? 600 : 400}
              style={{ flexShrink: 0 }}
              aria-current={active ? 'page' : undefined}
              rightSection={
                <Badge size="sm" variant="default" px={6}>
                  {counts.get(category) ?? 0}
                </Badge>
              }
            >
              {label}
            </Button>
          );
        })}
      </Flex>
    </ScrollArea>
  );
}
