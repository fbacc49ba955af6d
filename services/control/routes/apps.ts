import type { FastifyInstance } from 'fastify';
import { knownApps } from '../../../lib/warehouse/queries/knownApps.ts';
import type { ControlOptions } from '../options.ts';
import { addRoute } from '../route.ts';
import { list, object, text, time } from '../schema.ts';
import { iso } from '../iso.ts';

const answer = object({
  apps: list(
    object({ app: text('The app id.'), last_seen: time('When its newest stored event was received.') }),
    'By id.',
  ),
});

export function addApps(app: FastifyInstance, { warehouse }: ControlOptions): void {
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps',
    scope: 'read',
    tag: 'releases',
    name: 'listApps',
    summary: 'The apps that have reported anything',
    answer,
    handle: async () => ({
      apps: (await knownApps(warehouse)).map((each) => ({ app: each.app, last_seen: iso(each.last_seen) })),
    }),
  });
}
