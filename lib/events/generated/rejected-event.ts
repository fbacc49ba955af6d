// Generated from schemas/rejected-event.v1.avsc by `npm run generate`. Do not edit.

/** One record of the log that could not be stored as an event, with its origin and its original bytes, so that it can be looked at and replayed after a fix. Never holds a key, and no text of it quotes a value. */
export interface RejectedEvent {
  /** When the worker refused it, server clock. */
  rejected_at: number;
  /** Why, from a closed list: undecodable, unknown_schema, received_at_out_of_range, refused_by_warehouse. */
  code: string;
  /** The same for people, at most 1 KB: names fields and types, never values. */
  reason: string;
  /** The service that refused it: worker. */
  step: string;
  /** Id of the log it lay in. */
  origin_log: string;
  /** Topic it lay in. */
  origin_topic: string;
  /** Partition it lay in. */
  origin_partition: number;
  /** Its offset there. */
  origin_offset: number;
  /** The log's own timestamp of it. */
  origin_timestamp: number;
  /** Schema id in its header; 0 when it has none. */
  schema_id: number;
  /** Its app, as far as that could be told; else empty. */
  app_id: string;
  /** Its device, as far as that could be told; else empty. */
  device_id: string;
  /** The record's key as it lay in the log, base64. */
  key_base64: string;
  /** The record's value as it lay in the log, base64. */
  value_base64: string;
}
