import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createSite, skipped, type Site } from '../delivery/site.ts';
import { waitFor } from '../waitFor.ts';
import { expectedNumbers, isReported, reportedNumbers, type ReportedRelease } from './counts.ts';
import { app, postStories } from './posting.ts';
import { stories } from './stories.ts';
import { readings, shortSeconds, type Counts, type Reading, type Story } from './story.ts';

interface Answer {
  unattributed: number;
  releases: ReportedRelease[];
}

interface Doctor {
  partitions: { rows: number }[];
}

const every = Object.keys(readings) as Reading[];

/** What the story expects under a reading; `undefined` where it says nothing about it. */
function countsOf(story: Story, reading: Reading): Counts | undefined {
  if (reading === 'included') return story.included ?? story.settled;
  if (reading === 'beta') return story.beta ?? {};
  return story[reading];
}

/** The numbers of the story's release and what they must be; both `undefined` for a release that must not be reported. */
function numbers(story: Story, reading: Reading, { releases }: Answer): { actual: unknown; expected: unknown } {
  const counts = countsOf(story, reading);
  const found = releases.find(({ release }) => release === story.release);
  const actual = found && reportedNumbers(found);
  if (counts === undefined) return { actual, expected: actual };
  return { actual, expected: isReported(counts) ? expectedNumbers(counts) : undefined };
}

for (const mode of ['embedded', 'cluster'] as const) {
  describe(`${mode}: each story gives exactly its counts`, { skip: skipped(mode) }, () => {
    let site: Site;
    let posted = 0;
    const answers = new Map<Reading, Answer>();

    const read = (reading: Reading): Promise<Answer> => site.get(`/v1/apps/${app}/releases?${readings[reading]}`);

    before(async () => {
      site = await createSite(mode);
      await site.start();
      posted = await postStories(site.deviceUrl, stories, shortSeconds * 1000);
      const answered = Date.now();
      const stored = async (): Promise<boolean> => {
        const { partitions } = await site.get<Doctor>('/v1/doctor');
        return partitions.reduce((sum, each) => sum + each.rows, 0) >= posted;
      };
      await waitFor(stored, { timeoutMs: 60_000, what: `${posted} stored rows` });
      const waited = (): boolean => Date.now() >= answered + shortSeconds * 1000;
      await waitFor(waited, { timeoutMs: 60_000, what: 'every waiting time to be over' });
      // The views follow their rows by a moment. If they do not agree after it, the tests below say where.
      const agreed = async (): Promise<boolean> => {
        const answer = await read('young');
        return stories.every((story) => {
          const { actual, expected } = numbers(story, 'young', answer);
          return isDeepStrictEqual(actual, expected);
        });
      };
      await waitFor(agreed, { timeoutMs: 5_000, what: 'the views' }).catch(() => undefined);
      for (const reading of every) answers.set(reading, await read(reading));
    });
    after(() => site.close());

    for (const story of stories) {
      test(`${story.release}: ${story.name}`, () => {
        for (const reading of every) {
          const { actual, expected } = numbers(story, reading, answers.get(reading)!);
          assert.deepEqual(actual, expected, reading);
        }
      });
    }

    test('no other release is reported, and a failure without a target is charged to nobody', () => {
      const told = stories.map(({ release }) => release);
      const unattributed = stories.reduce((sum, story) => sum + (story.unattributed ?? 0), 0);
      for (const [reading, answer] of answers) {
        const other = answer.releases.filter(({ release }) => !told.includes(release));
        assert.deepEqual(other, [], reading);
        assert.equal(new Set(answer.releases.map(({ release }) => release)).size, answer.releases.length, reading);
        assert.equal(answer.unattributed, unattributed, reading);
      }
    });

    test('every event is stored once, and a word that nobody knows is kept beside its kind', async () => {
      await site.stop();
      const rows = await site.rows<{ kind: string; word: string; events: number }>(
        `SELECT kind, source_action AS word, toUInt32(count()) AS events FROM rollguard.update_events
         GROUP BY kind, word ORDER BY kind, word`,
      );
      assert.equal(
        rows.reduce((sum, { events }) => sum + events, 0),
        posted,
      );
      const unlike = rows.filter(({ kind, word }) => kind !== word);
      assert.deepEqual(unlike, [{ kind: 'other', word: 'bundle_hibernated', events: 2 }]);
    });
  });
}
