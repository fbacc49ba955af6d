import type { FastifyInstance } from 'fastify';
import { unattributedDevices } from '../../../lib/warehouse/queries/failureReasons.ts';
import { releaseOutcomes } from '../../../lib/warehouse/queries/releaseOutcomes.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { releaseJson, releaseSchema } from '../releaseJson.ts';
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
      const releases = await releaseOutcomes(warehouse, question);
      return {
        app: question.app,
        as_of: iso(question.asOf.getTime()),
        unattributed: await unattributedDevices(warehouse, question.app),
        releases: releases.map((each) => releaseJson(each, question.asOf)),
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
      const question = questionOf(call, options);
      const [release] = await releaseOutcomes(warehouse, question);
      if (release === undefined) throw new Problem('not_found', 'No device has taken part in this release.');
      return releaseJson(release, question.asOf);
    },
  });
}
