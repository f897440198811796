import { Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useParams, useSearch } from 'wouter';
import { useFilter } from '../../lib/use-filter.ts';
import { ComparisonNote, useComparison } from '../../parts/app-keys/comparison.tsx';
import { AsOf } from '../../parts/as-of.tsx';
import { countCategories, isCategory } from '../../parts/categories.ts';
import { CategoryTabs } from '../../parts/category-tabs.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Waiting } from '../../parts/list.tsx';
import { NotFound } from '../../parts/not-found.tsx';
import { Page } from '../../parts/page.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { useApps } from '../../parts/use-apps.ts';
import type { PlatformApp } from '../shapes.ts';
import { AppRow } from './app-row.tsx';
import { Keys } from './keys.tsx';
import { kindName, SHOWN, selectApps } from './select.ts';

const EVERY_MS = 15_000;

/** The apps that users can connect, and the keys that they need here. */
export default function Apps() {
  const { category = '' } = useParams<{ category?: string }>();
  const query = useSearch();
  const [search, setSearch] = useFilter('search');
  const [show, setShow] = useFilter('show');
  const [slug, setSlug] = useState<string | null>(null);
  const [opened, setOpened] = useState(false);
  const asked = useApps<PlatformApp>({ everyMs: EVERY_MS });
  const comparison = useComparison('instance');
  if (!isCategory(category)) return <NotFound />;
  const apps = asked.data?.apps.filter(app => kindName(app) !== null) ?? [];
  const { verdicts } = comparison;
  const found = selectApps(apps, verdicts, { category, search, show });
  return (
    <Page title="App keys" about="What users can connect, and the keys by which providers know you.">
      <CategoryTabs
        chosen={category}
        counts={countCategories(apps)}
        hideEmpty
        hrefOf={name => `/apps${name === '' ? '' : `/${name}`}${query === '' ? '' : `?${query}`}`}
      />
      <Stack gap="xs">
        <Group gap="sm">
          <SearchField label="Search apps" value={search} onSearch={setSearch} />
          <Choice label="Show" value={show} options={SHOWN} onChoose={setShow} />
          <Text size="sm" c="dimmed" aria-live="polite">
            {asked.data && `${found.length} of ${apps.length}`}
          </Text>
          <AsOf at={apps[0]?.asOf} />
        </Group>
        <ComparisonNote comparison={comparison} />
      </Stack>
      {asked.error && <RefusalAlert error={asked.error} again={asked.refetch} />}
      {asked.status === 'pending' && <Waiting />}
      {asked.data && found.length === 0 && (
        <Empty title="No app is like that">
          Search for another word, or show all apps. Apps of which users connect nothing are enabled at the
          instance alone.
        </Empty>
      )}
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Apps">
        {found.map(app => (
          <AppRow
            key={app.slug}
            app={app}
            verdict={verdicts.get(app.slug) ?? null}
            onKeys={() => {
              setSlug(app.slug);
              setOpened(true);
            }}
          />
        ))}
      </Stack>
      {/* It stays while it is closed: only so does the focus go back to what opened it. */}
      <Keys
        app={apps.find(app => app.slug === slug) ?? null}
        opened={opened}
        comparison={comparison}
        onClose={() => setOpened(false)}
      />
    </Page>
  );
}
