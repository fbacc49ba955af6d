import type { RejectedRecord } from '../../lib/warehouse/queries/rejectedEvents.ts';
import { iso } from './iso.ts';
import { count, object, text, time, type Json } from './schema.ts';

export const originSchema = object(
  {
    log: text('Id of the log.', { maxLength: 128 }),
    topic: text('Topic.', { maxLength: 249 }),
    partition: count('Partition.', { maximum: 2 ** 31 }),
    offset: count('Offset.', { maximum: Number.MAX_SAFE_INTEGER }),
  },
  'Where the record lay: this names it.',
);

export const rejectionSchema = object({
  origin: originSchema,
  code: text('Why, from a closed list: docs/delivery.md, "Bad records".'),
  reason: text('The same in a sentence.'),
  rejected_at: time('When it was rejected.'),
  logged_at: time('When the log took it.'),
  schema_id: count('Schema id that its header names; 0 without a header.'),
  app: text('App by the record\'s key; "" where it has none.'),
  device: text("Device by the record's key."),
});

export function rejectionJson(record: RejectedRecord): Json<typeof rejectionSchema> {
  const { log, topic, partition, offset, code, reason, schema_id, app, device } = record;
  return {
    origin: { log, topic, partition, offset },
    code,
    reason,
    rejected_at: iso(record.rejected_at),
    logged_at: iso(record.logged_at),
    schema_id,
    app,
    device,
  };
}
