import type { Story } from './story.ts';
import type { Use } from './use.ts';

/** What the last click led to. */
export interface Notice {
  /** The card it belongs to, from 1; 6 is the disconnecting. */
  readonly step: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
  readonly remedy: string | null;
}

/** All that the page shows. Times are epoch milliseconds. */
export interface View {
  readonly story: Story;
  readonly notice: Notice | null;
  readonly use: Use | null;
  readonly now: number;
  readonly aheadMs: number;
  /** The emulated Google, or null where it is the real one. */
  readonly googleUrl: string | null;
  /** The emulated Google was started anew since this grant was given. */
  readonly forgotten: boolean;
  readonly demoUserId: number;
  /** Where both roles have their pages. */
  readonly places: { readonly instance: string; readonly platform: string };
}

export type Progress = 'done' | 'next' | 'later';

/** How far each of the five steps is. The first that is not done comes next. */
export function progress({ story, use, forgotten }: View): readonly Progress[] {
  const connected = story.connection?.status === 'connected' && !forgotten;
  const done = [
    connected,
    connected && story.delivery?.state === 'done',
    connected && story.credential !== null,
    connected && use !== null,
    connected && use !== null && story.credential?.refreshedAt != null,
  ];
  const next = done.indexOf(false);
  return done.map((is, index) => (is ? 'done' : index === next ? 'next' : 'later'));
}
