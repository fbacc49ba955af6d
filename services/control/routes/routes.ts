import type { FastifyInstance } from 'fastify';
import type { ControlOptions } from '../options.ts';
import { problemSchema } from '../problem.ts';
import { releaseSchema } from '../releaseJson.ts';
import type { Named } from '../schema.ts';
import { addApps } from './apps.ts';
import { addAdoption } from './adoption.ts';
import { addDevices } from './devices.ts';
import { addDoctor } from './doctor.ts';
import { addDownloads } from './downloads.ts';
import { addErrors } from './errors.ts';
import { addEvents } from './events.ts';
import { addHealth } from './health.ts';
import { addKeys, keySchema } from './keys.ts';
import { addMinutes } from './minutes.ts';
import { addRejected } from './rejected.ts';
import { addReleases } from './releases.ts';
import { addReplay } from './replay.ts';
import { addSegments } from './segments.ts';

/** Schemas that have a name of their own in the OpenAPI document. */
export const namedSchemas: readonly Named<unknown>[] = [problemSchema, releaseSchema, keySchema];

/** Every route, one file a noun. */
export function addRoutes(app: FastifyInstance, options: ControlOptions): void {
  const nouns = [
    addHealth,
    addApps,
    addReleases,
    addErrors,
    addAdoption,
    addDownloads,
    addSegments,
    addMinutes,
    addDevices,
    addEvents,
    addRejected,
    addReplay,
    addKeys,
    addDoctor,
  ];
  for (const add of nouns) add(app, options);
}
