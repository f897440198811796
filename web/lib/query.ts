import { QueryClient } from '@tanstack/react-query';
import { Refusal } from './api.ts';

const TRIES = 2;

/** How the pages keep what they asked for. A refusal is shown; only what may pass by itself is tried again. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (failures, error) => failures < TRIES && error instanceof Refusal && mayPass(error),
      },
    },
  });
}

function mayPass({ status }: Refusal): boolean {
  return status === 0 || status === 502 || status === 503;
}
