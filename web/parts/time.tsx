import { Text, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { exactTime, relativeTime } from '../lib/time.ts';

const EVERY_MS = 10_000;

/** A time as people say it, with the exact one on hover and focus. */
export function Time({ at, none = 'never' }: { at: number | null; none?: string }) {
  const now = useNow();
  if (at === null) {
    return (
      <Text span inherit c="dimmed">
        {none}
      </Text>
    );
  }
  const language = document.documentElement.lang || 'en';
  return (
    <Tooltip label={exactTime(at, language)} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be within reach of the keyboard */}
      <time dateTime={new Date(at).toISOString()} tabIndex={0}>
        {relativeTime(at, now, language)}
      </time>
    </Tooltip>
  );
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  // A row that came after the last tick must not lie in the future.
  return Math.max(now, Date.now());
}
