import { Alert, List, Text } from '@mantine/core';
import { COMPARISON, type Comparison, VerdictNote } from '../../parts/app-keys/comparison.tsx';
import { KeysDialog } from '../../parts/app-keys/keys-dialog.tsx';
import { KeysAt, RedirectUri } from '../../parts/app-keys/origin.tsx';
import { Time } from '../../parts/time.tsx';
import { APPS } from '../../parts/use-apps.ts';
import type { PlatformApp } from '../shapes.ts';
import { keysState } from './select.ts';

/** The keys of an app on this platform. */
export function Keys({
  app,
  opened,
  comparison,
  onClose,
}: {
  app: PlatformApp | null;
  opened: boolean;
  comparison: Comparison;
  onClose: () => void;
}) {
  return (
    <KeysDialog
      app={app}
      opened={opened}
      action="Save"
      done={`The keys of ${app?.name} are saved.`}
      changes={[[APPS], COMPARISON]}
      onClose={onClose}
    >
      {app && <About app={app} comparison={comparison} />}
    </KeysDialog>
  );
}

/** Where the keys come from, how they serve, and what is to be known of the provider. */
function About({ app, comparison }: { app: PlatformApp; comparison: Comparison }) {
  const { slug, name, kind, keysAt, redirectUri, notes, keysSetAt } = app;
  const state = keysState(app);
  return (
    <>
      <Text size="sm">
        {kind === 'oauth2'
          ? 'The client that you have registered at the provider. Instances need the same client ID and secret.'
          : 'These keys serve every user who connects the app.'}{' '}
        <KeysAt name={name} keysAt={keysAt} />
        {keysSetAt !== null && (
          <>
            {' '}
            Last changed <Time at={keysSetAt} />.
          </>
        )}
      </Text>
      {kind === 'oauth2' && <RedirectUri value={redirectUri} />}
      {state === 'refused' && (
        <Alert color="red" variant="light" title="The provider refuses this client">
          Compare client ID and secret with those at the provider. All grants are kept, and are refreshed
          again once it takes them.
        </Alert>
      )}
      {state === 'untried' && (
        <Text size="sm">
          The provider refused the client before these keys were set; the next refresh tries them.
        </Text>
      )}
      <VerdictNote comparison={comparison} slug={slug} name={name} />
      {notes.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            To know of {name}
          </Text>
          <List size="sm" spacing={4}>
            {notes.map(note => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </div>
      )}
    </>
  );
}
