import { Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useParams, useSearch } from 'wouter';
import type { AdminApp } from '../../../src/instance/http/apps.ts';
import { ask } from '../../lib/api.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useWrite } from '../../lib/use-write.ts';
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
import { APPS, useApps } from '../../parts/use-apps.ts';
import { AppRow } from './app-row.tsx';
import { DisableDialog } from './disable-dialog.tsx';
import { Keys } from './keys.tsx';
import { SHOWN, selectApps } from './select.ts';

const EVERY_MS = 15_000;

/** What is or was last open over the list: the keys of an app, or the question before it is disabled. */
interface Opened {
  readonly dialog: 'keys' | 'disable';
  readonly slug: string;
  /** Whether saving the keys enables the app. */
  readonly enable: boolean;
}

/** settings/admin/apps: which apps there are for users, and the keys that they need. */
export default function AdminApps() {
  const { category = '' } = useParams<{ category?: string }>();
  const query = useSearch();
  const [search, setSearch] = useFilter('search');
  const [show, setShow] = useFilter('show');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [shown, setShown] = useState(false);
  const asked = useApps<AdminApp>({ everyMs: EVERY_MS });
  const comparison = useComparison('platform');
  const enable = useWrite(
    ({ slug }: AdminApp) => ask<AdminApp>('PATCH', `${APPS}/${slug}`, { body: { enabled: true } }),
    { changes: [[APPS]], done: ({ name }) => notifications.show({ message: `${name} is enabled.` }) },
  );
  if (!isCategory(category)) return <NotFound />;
  const apps = asked.data?.apps ?? [];
  const { verdicts } = comparison;
  const found = selectApps(apps, verdicts, { category, search, show });
  const chosen = apps.find(({ slug }) => slug === opened?.slug) ?? null;

  function toggle(app: AdminApp): void {
    if (app.enabled) open({ dialog: 'disable', slug: app.slug, enable: false });
    else if (app.keysMissing) open({ dialog: 'keys', slug: app.slug, enable: true });
    else enable.mutate(app);
  }

  function open(next: Opened): void {
    setOpened(next);
    setShown(true);
  }

  return (
    <Page title="Apps" about="What users of this instance can have, and the keys that the apps need.">
      <CategoryTabs
        chosen={category}
        counts={countCategories(apps)}
        hrefOf={name =>
          `/settings/admin/apps${name === '' ? '' : `/${name}`}${query === '' ? '' : `?${query}`}`
        }
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
      <RefusalAlert error={enable.error} />
      {asked.status === 'pending' && <Waiting />}
      {asked.data && found.length === 0 && (
        <Empty title="No app is like that">Search for another word, or show all apps.</Empty>
      )}
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Apps">
        {found.map(app => (
          <AppRow
            key={app.slug}
            app={app}
            verdict={verdicts.get(app.slug) ?? null}
            busy={enable.isPending && enable.variables.slug === app.slug}
            onToggle={() => toggle(app)}
            onKeys={() => open({ dialog: 'keys', slug: app.slug, enable: false })}
          />
        ))}
      </Stack>
      {/* They stay while they are closed: only so does the focus go back to what opened them. */}
      <Keys
        app={chosen}
        opened={shown && opened?.dialog === 'keys'}
        enable={opened?.enable ?? false}
        comparison={comparison}
        onClose={() => setShown(false)}
      />
      <DisableDialog
        app={chosen}
        opened={shown && opened?.dialog === 'disable'}
        onClose={() => setShown(false)}
      />
    </Page>
  );
}
