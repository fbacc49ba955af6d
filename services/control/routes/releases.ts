import type { FastifyInstance } from 'fastify';
import { releaseDownloads } from '../../../lib/warehouse/queries/downloads.ts';
import { unattributedDevices } from '../../../lib/warehouse/queries/failureReasons.ts';
import { newestOfApp } from '../../../lib/warehouse/queries/freshness.ts';
import type { OutcomeQuestion } from '../../../lib/warehouse/queries/question.ts';
import { releaseOutcomes } from '../../../lib/warehouse/queries/releaseOutcomes.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { releaseJson, releaseSchema, type ReleaseJson } from '../releaseJson.ts';
import { addRoute } from '../route.ts';
import { count, list, object, ref, text, time } from '../schema.ts';
import { appParams, questionOf, questionQuery, releaseParams } from './question.ts';

const listAnswer = object({
  app: text('The app id.'),
  as_of: time('The moment that the answer is about.'),
  unattributed: count('Devices with a failure whose target is unknown. It is charged to no release.'),
  releases: list(ref(releaseSchema), 'Newest first.'),
});

export function addReleases(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;

  async function releasesOf(question: OutcomeQuestion): Promise<ReleaseJson[]> {
    const found = await releaseOutcomes(warehouse, question);
    const downloads = await releaseDownloads(warehouse, question);
    const newest = await newestOfApp(warehouse, question.app);
    return found.map((outcomes) =>
      releaseJson({
        outcomes,
        downloads: downloads.get(outcomes.release),
        newest,
        asOf: question.asOf,
        windowSeconds: question.outcomeWindowSeconds,
      }),
    );
  }

  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases',
    scope: 'read',
    tag: 'releases',
    name: 'listReleases',
    summary: 'Every release of an app, by what it did to devices',
    params: appParams,
    query: questionQuery,
    answer: listAnswer,
    async handle(call) {
      const question = questionOf(call, options);
      return {
        app: question.app,
        as_of: iso(question.asOf.getTime()),
        unattributed: await unattributedDevices(warehouse, question.app),
        releases: await releasesOf(question),
      };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release',
    scope: 'read',
    tag: 'releases',
    name: 'getRelease',
    summary: 'What one release did to devices',
    params: releaseParams,
    query: questionQuery,
    problems: ['not_found'],
    answer: ref(releaseSchema),
    async handle(call) {
      const [release] = await releasesOf(questionOf(call, options));
      if (release === undefined) throw new Problem('not_found', 'No device has taken part in this release.');
      return release;
    },
  });
}
