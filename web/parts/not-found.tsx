import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Page } from './page.tsx';

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Text>
        The address may be old or mistyped.{' '}
        <Anchor component={Link} href="/">
          Go to the start page.
        </Anchor>
      </Text>
    </Page>
  );
}
