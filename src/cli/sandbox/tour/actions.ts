import { z } from 'zod';
import type { SandboxClock } from '../clock.ts';
import { EXTERNAL_USER, readStory, type StorySources } from './story.ts';
import { createEvent, deleteEvent, type Use, useCalendar } from './use.ts';
import { moment } from './words.ts';

const PAST_EXPIRY_MS = 60_000;

/** What the buttons do. Each says in a sentence what came of it. @throws ApiProblem */
export interface Actions {
  /** Of the tour's user. @returns the one-time link */
  connect(returnUrl: string): Promise<string>;
  /** Of any user of the instance. @returns the one-time link */
  open(wish: Wish): Promise<string>;
  deliver(): Promise<string>;
  look(): Promise<string>;
  makeEvent(): Promise<string>;
  deleteEvent(event: { id: string; calendarId: string }): Promise<string>;
  expire(): Promise<string>;
  disconnect(): Promise<string>;
  /** What was last found at Google. */
  readonly lastUse: () => Use | null;
}

/** What somebody wants to connect. */
export interface Wish {
  readonly userId: number;
  readonly app: string;
  /** Where the browser goes afterwards. */
  readonly returnUrl: string;
}

/** The actions of the host's product, over the public APIs of both roles. */
export function createActions(sources: StorySources, clock: SandboxClock): Actions {
  const { platform, instance, demoUserId } = sources;
  const usage = { instance, demoUserId, now: clock.now };
  let use: Use | null = null;

  async function look(): Promise<string> {
    use = await useCalendar(usage);
    const { before, after } = use;
    if (before.refreshedAt === after.refreshedAt) return 'Used, with the token that the instance had.';
    const versions = `version ${before.version} to ${after.version}`;
    return `Used. The token had expired: the instance fetched a fresh one from the platform (${versions}).`;
  }

  async function open({ userId, app, returnUrl }: Wish): Promise<string> {
    const externalUserId = userId === demoUserId ? EXTERNAL_USER : `user-${userId}`;
    const body = { externalUserId, calcomUserId: userId, apps: [app], returnUrl };
    const session = z.object({ url: z.url() });
    const { url } = await platform.post('/api/keyferry/v1/connect-sessions', body, session);
    if (userId === demoUserId) use = null;
    return url;
  }

  return {
    look,
    open,
    lastUse: () => use,
    connect: returnUrl => open({ userId: demoUserId, app: 'google-calendar', returnUrl }),
    async deliver() {
      const { connection } = await readStory(sources);
      if (connection === null) return 'There is nothing to deliver.';
      await platform.post(`/api/keyferry/v1/connections/${connection.id}/deliver`, {}, z.unknown());
      return 'The delivery is on its way.';
    },
    async makeEvent() {
      const { title } = await createEvent(usage);
      await look();
      return `"${title}" stands in the calendar.`;
    },
    async deleteEvent(event) {
      await deleteEvent(usage, event);
      await look();
      return 'The event is deleted.';
    },
    async expire() {
      const { credential } = await readStory(sources);
      if (credential?.expiresAt == null) return 'This token has no expiry.';
      clock.advance(credential.expiresAt + PAST_EXPIRY_MS - clock.now());
      return `The clock of the sandbox says ${moment(clock.now())}. The token has expired: use it again.`;
    },
    async disconnect() {
      const { connection } = await readStory(sources);
      if (connection) await platform.delete(`/api/keyferry/v1/connections/${connection.id}`);
      use = null;
      return 'Disconnected: revoked at the provider, deleted on both sides.';
    },
  };
}
