import assert from 'node:assert/strict';
import { ingestKey } from '../delivery/site.ts';
import { waitFor } from '../waitFor.ts';
import type { Story, StoryEvent } from './story.ts';

export const app = 'com.example.stories';

/** Posts the stories side by side, the nth request of every phone in one; resolves with the number of events. */
export async function postStories(url: string, stories: readonly Story[], pauseMs: number): Promise<number> {
  const now = await postRounds(url, stories, 'posts');
  const answered = Date.now();
  await waitFor(() => Date.now() > answered + pauseMs, { timeoutMs: 60_000, what: 'the confirm time to be over' });
  return now + (await postRounds(url, stories, 'later'));
}

async function postRounds(url: string, stories: readonly Story[], part: 'posts' | 'later'): Promise<number> {
  const phones = stories.flatMap(({ release, phones }) =>
    phones.map((phone, index) => ({
      posts: phone[part] ?? [],
      own: { app_id: app, device_id: phone.device ?? `${release}#${index}`, release },
    })),
  );
  const rounds = Math.max(...phones.map(({ posts }) => posts.length));
  let posted = 0;
  for (let round = 0; round < rounds; round += 1) {
    const events = phones.flatMap(({ posts, own }) => (posts[round] ?? []).map((event) => ({ ...own, ...event })));
    await post(url, events);
    posted += events.length;
    // The next round is received in a later millisecond, or a phone without a clock would leave its order open.
    const answered = Date.now();
    await waitFor(() => Date.now() > answered, { timeoutMs: 1000, what: 'the next millisecond' });
  }
  return posted;
}

async function post(url: string, events: StoryEvent[]): Promise<void> {
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  assert.equal(answer.status, 202);
  assert.deepEqual(await answer.json(), { accepted: events.length, rejected: [] });
}
