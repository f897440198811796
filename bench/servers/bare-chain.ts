import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { bareStore } from './bare-store.ts';
import { listening } from './listening.ts';
import { FORM_TYPE, post } from './post.ts';

// One hop of three, barely: read the row, ask the next one, write the answer, hand it on.
const store = bareStore(JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation);
const { next } = JSON.parse(process.argv[3] ?? '{}') as { next: string };
listening(
  async body => {
    const userId = Number(new URLSearchParams(body).get('userId'));
    const stored = await store.read(userId);
    const answer = await post(
      next,
      new URLSearchParams({ userId: String(userId), stored }).toString(),
      FORM_TYPE,
    );
    await store.upsert(userId, answer);
    return JSON.parse(answer) as object;
  },
  () => store.close(),
);
