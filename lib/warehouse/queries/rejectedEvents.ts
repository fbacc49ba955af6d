import { parametersAtOnce } from '../params.ts';
import type { Warehouse } from '../warehouse.ts';

/** Where a rejected record lay. `log` is the log's own id, as `rejected_events` has it. */
export interface Origin {
  log: string;
  topic: string;
  partition: number;
  offset: number;
}

/** A record that could not be stored. Times are epoch ms. */
export interface RejectedRecord extends Origin {
  rejected_at: number;
  code: string;
  reason: string;
  /** When the log took the record. */
  logged_at: number;
  /** 0 for a record without a header. */
  schema_id: number;
  app: string;
  device: string;
  value_base64: string;
}

/** A crash may reject a record twice: readers keep one of each origin. */
const onePerOrigin = `(
  SELECT origin_log AS log, origin_topic AS topic, origin_partition AS partition, origin_offset AS offset,
    min(r.rejected_at) AS at, toUnixTimestamp64Milli(min(r.rejected_at)) AS rejected_at, any(r.code) AS code, any(r.reason) AS reason,
    toUnixTimestamp64Milli(any(origin_timestamp)) AS logged_at, any(r.schema_id) AS schema_id,
    any(app_id) AS app, any(device_id) AS device, any(r.value_base64) AS value_base64
  FROM rollguard.rejected_events AS r GROUP BY log, topic, partition, offset)`;

export interface RejectedQuestion {
  /** "" for all. */
  code: string;
  app: string;
  since: Date;
  limit: number;
  /** Only what comes after this one; the newest come first. */
  after?: (Pick<RejectedRecord, 'rejected_at' | 'log' | 'topic'> & { partition: number; offset: number }) | undefined;
}

/** The newest first. */
export function rejectedRecords(warehouse: Warehouse, question: RejectedQuestion): Promise<RejectedRecord[]> {
  const { after } = question;
  return warehouse.query(
    `SELECT * EXCEPT (at) FROM ${onePerOrigin}
     WHERE ({code:String} = '' OR code = {code:String}) AND ({app:String} = '' OR app = {app:String})
       AND at >= {since:DateTime64(3, 'UTC')}
       AND (NOT {continued:Bool} OR (rejected_at, log, topic, partition, offset) <
         ({after_at:Int64}, {after_log:String}, {after_topic:String}, {after_partition:UInt32}, {after_offset:UInt64}))
     ORDER BY rejected_at DESC, log DESC, topic DESC, partition DESC, offset DESC LIMIT {limit:UInt32}`,
    {
      code: question.code,
      app: question.app,
      since: question.since,
      limit: question.limit,
      continued: after !== undefined,
      after_at: after?.rejected_at ?? 0,
      after_log: after?.log ?? '',
      after_topic: after?.topic ?? '',
      after_partition: after?.partition ?? 0,
      after_offset: after?.offset ?? 0,
    },
  );
}

/** The rejected records of these origins; an origin that is not there is absent. */
export async function rejectedOf(warehouse: Warehouse, origins: readonly Origin[]): Promise<RejectedRecord[]> {
  const found: RejectedRecord[] = [];
  for (let at = 0; at < origins.length; at += parametersAtOnce) {
    found.push(...(await rejectedAt(warehouse, origins.slice(at, at + parametersAtOnce))));
  }
  return found;
}

function rejectedAt(warehouse: Warehouse, origins: readonly Origin[]): Promise<RejectedRecord[]> {
  return warehouse.query(
    `SELECT * EXCEPT (at) FROM ${onePerOrigin}
     WHERE has(arrayZip({logs:Array(String)}, {topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}),
       (log, toString(topic), partition, offset))
     ORDER BY rejected_at DESC, partition, offset`,
    {
      logs: origins.map(({ log }) => log),
      topics: origins.map(({ topic }) => topic),
      partitions: origins.map(({ partition }) => partition),
      offsets: origins.map(({ offset }) => offset),
    },
  );
}

/** Rejected records whose bytes hold the text, the newest first: also those that nobody can decode. */
export function rejectedHolding(warehouse: Warehouse, wanted: string, limit: number): Promise<RejectedRecord[]> {
  return warehouse.query(
    `SELECT * EXCEPT (at) FROM ${onePerOrigin}
     WHERE position(tryBase64Decode(value_base64), {wanted:String}) > 0 ORDER BY rejected_at DESC LIMIT {limit:UInt32}`,
    { wanted, limit },
  );
}

/** Rejected records since a time, each origin once. */
export async function rejectedSince(warehouse: Warehouse, since: Date): Promise<number> {
  const [row] = await warehouse.query<{ records: number }>(
    `SELECT count() AS records FROM ${onePerOrigin} WHERE at >= {since:DateTime64(3, 'UTC')}`,
    { since },
  );
  return row?.records ?? 0;
}
