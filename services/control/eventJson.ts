import { logIdOf } from '../../lib/warehouse/logColumn.ts';
import type { StoredEvent } from '../../lib/warehouse/queries/storedEvents.ts';
import { iso } from './iso.ts';
import { count, flag, list, map, nullable, number, object, text, time, type Json } from './schema.ts';

export const placeSchema = object({
  log: text('Id of the log; the tables hold it with `log_` before it.'),
  partition: count('Partition of `rollguard.device-events`.'),
  offset: count('Offset in it.'),
  received_at: time('When the gateway received this copy.'),
});

export const eventSchema = object(
  {
    event_id: text('Names the event itself; a retry has the same.'),
    kind: text('What happened.'),
    release: text('The bundle that it is about; "" where the target is unknown.'),
    previous_release: text('The bundle that ran before.'),
    device_clock: time('The device clock as sent. The events of a device are in the order of this one.'),
    occurred_at: time('The same, corrected by the skew: for charts.'),
    sent_at: nullable(time('Device clock when the request was sent.')),
    received_at: time("Server's clock."),
    skew_ms: number('received_at − sent_at: how far the device clock is behind.'),
    error_code: text('Of a failure.'),
    error_class: text('Of a failure.'),
    error_message: text('Of a failure.'),
    channel: text('Release channel.'),
    platform: text('Operating system family.'),
    os_version: text('Its version.'),
    abi: text('Processor architecture.'),
    app_version: text('Version of the native app.'),
    device_model: text('Model of the device.'),
    network: text('Kind of connection.'),
    region: text('Region.'),
    sdk: text('The reporting SDK.'),
    sdk_version: text('Its version.'),
    duration_ms: nullable(number('How long it took.')),
    bytes: nullable(number('Bytes transferred.')),
    progress: nullable(number('Percent.')),
    attempt: nullable(number('Number of the attempt.')),
    is_production: flag('Not a debug build.'),
    is_emulator: flag('An emulator.'),
    enrols: flag('Makes its device take part in the release.'),
    dialect: text('The language in which it was sent.'),
    source_action: text("The dialect's own word for it."),
    attributes: map(text('A value.'), "The app's own properties."),
  },
  'One event as it is stored, without its app and device. Absent text is "", absent numbers are null.',
);

/** The hash of the sender's network stays inside: it is no business of a reader. */
export function eventJson(event: StoredEvent): Json<typeof eventSchema> {
  return {
    event_id: event.event_id,
    kind: event.kind,
    release: event.release,
    previous_release: event.previous_release,
    device_clock: iso(event.device_clock),
    occurred_at: iso(event.occurred_at),
    sent_at: event.sent_at === null ? null : iso(event.sent_at),
    received_at: iso(event.received_at),
    skew_ms: event.skew_ms,
    error_code: event.error_code,
    error_class: event.error_class,
    error_message: event.error_message,
    channel: event.channel,
    platform: event.platform,
    os_version: event.os_version,
    abi: event.abi,
    app_version: event.app_version,
    device_model: event.device_model,
    network: event.network,
    region: event.region,
    sdk: event.sdk,
    sdk_version: event.sdk_version,
    duration_ms: event.duration_ms,
    bytes: event.bytes,
    progress: event.progress,
    attempt: event.attempt,
    is_production: event.is_production,
    is_emulator: event.is_emulator,
    enrols: event.enrols,
    dialect: event.dialect,
    source_action: event.source_action,
    attributes: event.attributes,
  };
}

export function placeJson(event: StoredEvent): Json<typeof placeSchema> {
  return {
    log: logIdOf(event.log_id),
    partition: event.log_partition,
    offset: event.log_offset,
    received_at: iso(event.received_at),
  };
}

export const placesSchema = list(placeSchema, 'Every stored copy: a retry of which both were logged has two.');
