import { useCallback, useEffect, useState } from 'react';

interface Asked<Answer> {
  readonly answer: Answer | null;
  readonly error: unknown;
  /** Asks again. */
  readonly again: () => void;
}

/** Asks when the page is shown, and whenever `run` is another one. The last answer counts. */
export function useAsked<Answer>(run: () => Promise<Answer>): Asked<Answer> {
  const [state, setState] = useState<{ answer: Answer | null; error: unknown }>({
    answer: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further round asks again
  useEffect(() => {
    let current = true;
    setState({ answer: null, error: null });
    run().then(
      answer => current && setState({ answer, error: null }),
      error => current && setState({ answer: null, error }),
    );
    return () => {
      current = false;
    };
  }, [run, round]);
  const again = useCallback(() => setRound(before => before + 1), []);
  return { ...state, again };
}
