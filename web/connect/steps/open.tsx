import { useCallback, useEffect } from 'react';
import { useLocation } from 'wouter';
import { Refusal } from '../../lib/api.ts';
import { openLink } from '../api.ts';
import { Waiting } from '../parts/card.tsx';
import { originOf, useSurroundings } from '../surroundings.tsx';
import { useAsked } from '../use-asked.ts';
import { Refused } from './refused.tsx';

/** Opens the one-time link, and takes its token out of the address. */
export function Open({ token }: { token: string }) {
  const { host } = useSurroundings();
  const [, navigate] = useLocation();
  const { answer, error, again } = useAsked(useCallback(() => openLink(token), [token]));
  useEffect(() => {
    if (answer !== null) navigate(`/connect/session/${answer.id}`, { replace: true });
  }, [answer, navigate]);
  if (error === null) return <Waiting />;
  const code = error instanceof Refusal ? error.code : 'page_fault';
  return <Refused code={code} origin={originOf(host, null)} again={again} />;
}
