import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { styleNonce } from '../lib/page.ts';
import { createQueries } from '../lib/query.ts';
import { theme, variables } from './theme.ts';

/** What every page stands in. */
export function Frame({ children }: { children: ReactNode }) {
  const [queries] = useState(createQueries);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => styleNonce(document)}
    >
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}
