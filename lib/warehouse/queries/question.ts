import type { Param } from '../warehouse.ts';

/** What is asked of the releases of one app. Times in seconds; `channel` "" for all. */
export interface OutcomeQuestion {
  app: string;
  /** "" for every release. */
  release: string;
  channel: string;
  includeExcluded: boolean;
  asOf: Date;
  confirmSeconds: number;
  silenceSeconds: number;
  outcomeWindowSeconds: number;
}

/** The outcome of every enrolled device, by the view of that name. */
export const outcomes = `rollguard.device_outcomes(app = {app:String}, release = {release:String},
  as_of = {as_of:DateTime64(3, 'UTC')}, confirm_ms = {confirm_ms:UInt32}, silence_ms = {silence_ms:UInt32})`;

/** The devices that a release has harmed, by the view of that name. */
export const harmedDevices = `rollguard.device_harm(app = {app:String}, release = {release:String},
  window_ms = {window_ms:UInt32}, confirm_ms = {confirm_ms:UInt32})`;

/** What each segment id stands for. */
export const segments = '(SELECT DISTINCT * FROM rollguard.segment_values)';

/** Of a row that has a segment's columns: a real device in production, or everything when so asked. */
export const isCounted = '({include_excluded:Bool} OR (s.is_production AND NOT s.is_emulator))';

/** Of a row that has a segment's columns: the channel on which the device enrolled. */
export const onChannel = "({channel:String} = '' OR s.channel = {channel:String})";

/** The devices that are counted, with their outcome. */
export const countedDevices = `(SELECT o.* FROM ${outcomes} AS o INNER JOIN ${segments} AS s ON s.segment = o.segment
  WHERE ${isCounted} AND ${onChannel})`;

export function questionParams(question: OutcomeQuestion): Record<string, Param> {
  return {
    app: question.app,
    release: question.release,
    channel: question.channel,
    include_excluded: question.includeExcluded,
    as_of: question.asOf,
    confirm_ms: question.confirmSeconds * 1000,
    silence_ms: question.silenceSeconds * 1000,
    window_ms: question.outcomeWindowSeconds * 1000,
  };
}
