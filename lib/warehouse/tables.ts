import type { BlockTable } from './warehouse.ts';

const time = "DateTime64(3, 'UTC')";

type Column = BlockTable['columns'][number];

/** Fields that bear their column's name. */
function same(type: string, ...names: string[]): Column[] {
  return names.map((name) => ({ field: name, column: name, type }));
}

/** What the worker adds to each record: where it lies in the log. */
const place: Column[] = [
  { field: '_log', column: 'log_id', type: 'String' },
  { field: '_partition', column: 'log_partition', type: 'UInt32' },
  { field: '_offset', column: 'log_offset', type: 'UInt64' },
];

/** `schemas/update-event.v1.avsc` and the place. A test holds schema, this list and the table together. */
export const updateEvents: BlockTable = {
  name: 'update_events',
  columns: [
    ...same(time, 'received_at'),
    ...same('UUID', 'event_id'),
    ...same('String', 'app_id', 'device_id', 'kind', 'release', 'previous_release', 'channel', 'platform'),
    ...same('String', 'os_version', 'abi', 'app_version', 'device_model', 'network', 'region', 'sdk', 'sdk_version'),
    ...same(time, 'occurred_at', 'device_clock'),
    ...same(`Nullable(${time})`, 'sent_at'),
    ...same('Int64', 'skew_ms'),
    ...same('Nullable(Int64)', 'duration_ms', 'bytes', 'progress', 'attempt'),
    ...same('String', 'error_code', 'error_message', 'error_class'),
    ...same('Bool', 'is_production', 'is_emulator', 'enrols'),
    ...same('String', 'dialect', 'source_action'),
    ...same('UInt64', 'source_network'),
    ...same('Map(String, String)', 'attributes'),
    ...place,
  ],
};

/** `schemas/rejected-event.v1.avsc` and the place. */
export const rejectedEvents: BlockTable = {
  name: 'rejected_events',
  columns: [
    ...same(time, 'rejected_at'),
    ...same('LowCardinality(String)', 'code'),
    ...same('String', 'reason'),
    ...same('LowCardinality(String)', 'step'),
    ...same('String', 'origin_log'),
    ...same('LowCardinality(String)', 'origin_topic'),
    ...same('UInt32', 'origin_partition'),
    ...same('UInt64', 'origin_offset'),
    ...same(time, 'origin_timestamp'),
    ...same('Int64', 'schema_id'),
    ...same('String', 'app_id', 'device_id', 'key_base64', 'value_base64'),
    ...place,
  ],
};
