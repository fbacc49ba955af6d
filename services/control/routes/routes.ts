import type { FastifyInstance } from 'fastify';
import type { ControlOptions } from '../options.ts';
import { problemSchema } from '../problem.ts';
import { releaseSchema } from '../releaseJson.ts';
import type { Named } from '../schema.ts';
import { addApps } from './apps.ts';
import { addDoctor } from './doctor.ts';
import { addErrors } from './errors.ts';
import { addHealth } from './health.ts';
import { addReleases } from './releases.ts';

/** Schemas that have a name of their own in the OpenAPI document. */
export const namedSchemas: readonly Named<unknown>[] = [problemSchema, releaseSchema];

/** Every route, one file a noun. */
export function addRoutes(app: FastifyInstance, options: ControlOptions): void {
  for (const add of [addHealth, addApps, addReleases, addErrors, addDoctor]) add(app, options);
}
