import { Anchor, Box, Group, Paper, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { OwnApp } from '../../../src/instance/http/me.ts';
import { Logo } from '../../parts/logo.tsx';
import { Status } from '../../parts/status.tsx';
import { stateOf } from '../own-apps.ts';

/** One app of the store in short. */
export function AppCard({ app: { slug, name, description, credential } }: { app: OwnApp }) {
  return (
    <Paper component="li" withBorder p="sm">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Logo slug={slug} name={name} />
        <Box miw={0}>
          <Group gap="xs">
            <Title order={2} size="h5">
              <Anchor component={Link} href={`/apps/${slug}`} inherit>
                {name}
              </Anchor>
            </Title>
            {credential && <Status look={stateOf(credential, name).look} />}
          </Group>
          <Text size="sm" c="dimmed" lineClamp={2}>
            {description}
          </Text>
        </Box>
      </Group>
    </Paper>
  );
}
