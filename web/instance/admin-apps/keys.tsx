import { Text } from '@mantine/core';
import type { AdminApp } from '../../../src/instance/http/apps.ts';
import { COMPARISON, type Comparison, VerdictNote } from '../../parts/app-keys/comparison.tsx';
import { KeysDialog } from '../../parts/app-keys/keys-dialog.tsx';
import { KeysAt, RedirectUri } from '../../parts/app-keys/origin.tsx';
import { APPS } from '../../parts/use-apps.ts';

/** The keys of an app of this instance. */
export function Keys({
  app,
  opened,
  enable,
  comparison,
  onClose,
}: {
  app: AdminApp | null;
  opened: boolean;
  /** Whether saving enables the app: it was switched on without its keys. */
  enable: boolean;
  comparison: Comparison;
  onClose: () => void;
}) {
  const name = app?.name ?? '';
  return (
    <KeysDialog
      app={app}
      opened={opened}
      also={enable ? { enabled: true } : null}
      action={enable ? 'Save and enable' : 'Save'}
      done={enable ? `${name} is enabled.` : `The keys of ${name} are saved.`}
      changes={[[APPS], COMPARISON]}
      onClose={onClose}
    >
      {enable && <Text size="sm">{name} needs these keys before anybody can use it.</Text>}
      {app && <About app={app} comparison={comparison} />}
    </KeysDialog>
  );
}

/** Where the keys come from, and what else is to be done with them. */
function About({ app, comparison }: { app: AdminApp; comparison: Comparison }) {
  const { slug, name, kind, keysAt } = app;
  return (
    <>
      <Text size="sm">
        {kind === 'oauth2'
          ? 'Enter the same client ID and secret as at the platform, where users connect the app.'
          : 'These keys serve every user of this instance.'}{' '}
        <KeysAt name={name} keysAt={keysAt} />
      </Text>
      {kind === 'oauth2' && <Redirect value={comparison.redirectUri} />}
      <VerdictNote comparison={comparison} slug={slug} name={name} />
    </>
  );
}

function Redirect({ value }: { value: string | null }) {
  if (value !== null) return <RedirectUri value={value} />;
  return (
    <Text size="sm">
      As redirect URL enter the platform's at the provider; its operator has it. This instance needs none.
    </Text>
  );
}
