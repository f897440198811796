import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { SESSION_KEY } from './session.ts';

/**
 * Runs something that changes the server, then asks again for what it changed.
 * @param changes the beginnings of the query keys that are stale afterwards
 */
export function useWrite<Input, Output>(
  run: (input: Input) => Promise<Output>,
  {
    changes = [],
    done,
  }: { changes?: readonly QueryKey[]; done?: (output: Output, input: Input) => void } = {},
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: run,
    async onSuccess(output, input) {
      await Promise.all(changes.map(queryKey => queries.invalidateQueries({ queryKey })));
      done?.(output, input);
    },
    // A session that ended meanwhile is found out here as well.
    onError: () => queries.invalidateQueries({ queryKey: SESSION_KEY }),
  });
}
