import { Alert, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { PlatformState } from '../../../src/instance/tokens/platform.ts';
import { ask } from '../../lib/api.ts';
import { Time } from '../../parts/time.tsx';

const STATUS = '/api/keyferry/v1/status';

/** Says that the platform as a whole is in trouble, so that nobody looks for the fault at single credentials. */
export function PlatformAlert() {
  const { data } = useQuery({
    queryKey: [STATUS],
    queryFn: () => ask<{ platform: PlatformState }>('GET', STATUS),
    refetchInterval: 5_000,
  });
  if (data === undefined) return null;
  const { state, since, nextTryAt } = data.platform;
  if (state !== 'unreachable' && state !== 'refusing') return null;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconPlugConnectedX aria-hidden />}
      title={state === 'refusing' ? 'The platform refuses our secret' : 'The platform does not answer'}
    >
      <Text size="sm">
        Since <Time at={since} />.{' '}
        {state === 'refusing' ? (
          'Set the same CALCOM_WEBHOOK_SECRET and CALCOM_WEBHOOK_HEADER_NAME on both sides, and restart them.'
        ) : (
          <>
            It is asked again <Time at={nextTryAt} none="at the next use" />. Tokens that still hold are
            handed out. Is it running, and is CALCOM_CREDENTIAL_SYNC_ENDPOINT its address?
          </>
        )}
      </Text>
    </Alert>
  );
}
