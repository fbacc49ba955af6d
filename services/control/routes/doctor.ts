import type { FastifyInstance } from 'fastify';
import { rawIntegrity } from '../../../lib/warehouse/stored.ts';
import { updateEvents } from '../../../lib/warehouse/tables.ts';
import type { ControlOptions } from '../options.ts';
import { addRoute } from '../route.ts';
import { count, flag, list, object, text } from '../schema.ts';

const partition = object({
  logId: text('The log, as the tables name it.'),
  partition: count('Its partition.'),
  rows: count('Rows stored.'),
  distinct: count('Different offsets stored; equal to `rows` when nothing was stored twice.'),
  first: count('Least stored offset.'),
  last: count('Greatest stored offset.'),
});

const answer = object({
  healthy: flag('Nothing was stored twice.'),
  partitions: list(partition, 'What is stored, by partition.'),
});

export function addDoctor(app: FastifyInstance, { warehouse }: ControlOptions): void {
  addRoute(app, {
    method: 'GET',
    url: '/v1/doctor',
    scope: 'read',
    tag: 'pipeline',
    name: 'runDoctor',
    summary: 'Whether what is stored can be believed',
    answer,
    async handle() {
      const partitions = await rawIntegrity(warehouse, updateEvents);
      return { healthy: partitions.every(({ rows, distinct }) => rows === distinct), partitions };
    },
  });
}
