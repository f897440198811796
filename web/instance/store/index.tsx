import { Group, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import type { OwnApps } from '../../../src/instance/http/me.ts';
import { ask } from '../../lib/api.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { countCategories, findApps, isCategory } from '../../parts/categories.ts';
import { CategoryTabs } from '../../parts/category-tabs.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Waiting } from '../../parts/list.tsx';
import { NotFound } from '../../parts/not-found.tsx';
import { Page } from '../../parts/page.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { OWN_APPS } from '../own-apps.ts';
import { AppCard } from './app-card.tsx';
import { AppPage } from './app-page.tsx';

/** The app store: what the administrator has enabled, and one page an app. */
export default function Store() {
  const { slug } = useParams<{ slug?: string }>();
  const [category] = useFilter('category');
  const [search, setSearch] = useFilter('search');
  const asked = useQuery({
    queryKey: OWN_APPS,
    queryFn: () => ask<OwnApps>('GET', '/api/me/apps'),
  });
  if (slug !== undefined) return <AppPage slug={slug} asked={asked} />;
  if (!isCategory(category)) return <NotFound />;
  const { apps = [] } = asked.data ?? {};
  const found = findApps(apps, { category, search });
  return (
    <Page title="App store" about="What you can use here. Apps are connected on the platform.">
      <CategoryTabs
        chosen={category}
        hideEmpty
        counts={countCategories(apps)}
        hrefOf={name => (name === '' ? '/apps' : `/apps?category=${name}`)}
      />
      <Group gap="sm">
        <SearchField label="Search apps" value={search} onSearch={setSearch} />
        <Text size="sm" c="dimmed" aria-live="polite">
          {asked.data && `${found.length} of ${apps.length}`}
        </Text>
      </Group>
      {asked.error && <RefusalAlert error={asked.error} again={asked.refetch} />}
      {asked.isPending && <Waiting />}
      {asked.data && apps.length === 0 && (
        <Empty title="No app is enabled yet">
          An administrator of this instance enables apps under Settings, Apps. Ask them for those that you
          need.
        </Empty>
      )}
      {apps.length > 0 && found.length === 0 && (
        <Empty title="No app is like that">Search for another word, or look at all categories.</Empty>
      )}
      <SimpleGrid
        component="ul"
        cols={{ base: 1, sm: 2, lg: 3 }}
        spacing="sm"
        m={0}
        p={0}
        style={{ listStyle: 'none' }}
        aria-label="Apps"
      >
        {found.map(app => (
          <AppCard key={app.slug} app={app} />
        ))}
      </SimpleGrid>
    </Page>
  );
}
