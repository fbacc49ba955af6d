import { createHash } from 'node:crypto';
import type { UpdateEvent } from '../lib/events/generated/update-event.ts';
import { loadSchemas } from '../lib/events/schemas.ts';
import { updateEvents } from '../lib/warehouse/tables.ts';
import type { Block } from '../lib/warehouse/warehouse.ts';
import { avroContainer } from './avroContainer.ts';

/** A UUID made of a text: the same text, the same id. */
export function testUuid(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const enrolling = /^(download_|activated|install_|rolled_back)/;

let lastEvent = 0;

/** A whole event from the few fields a test is about. `at` is receive time and device clock in epoch ms. */
export function testEvent(about: Partial<UpdateEvent> & { device_id: string; kind: string; at: number }): UpdateEvent {
  const { at, ...fields } = about;
  lastEvent += 1;
  return {
    received_at: at,
    event_id: testUuid(`${lastEvent}`),
    app_id: 'app',
    release: 'r1',
    previous_release: '',
    channel: 'production',
    platform: 'android',
    os_version: '14',
    abi: 'arm64',
    app_version: '1.0',
    device_model: 'Pixel 8',
    network: 'wifi',
    region: 'DE',
    sdk: 'rollguard',
    sdk_version: '1.0.0',
    occurred_at: at,
    device_clock: at,
    sent_at: null,
    skew_ms: 0,
    duration_ms: null,
    bytes: null,
    progress: null,
    attempt: null,
    error_code: '',
    error_message: '',
    error_class: '',
    is_production: true,
    is_emulator: false,
    enrols: enrolling.test(about.kind),
    dialect: 'native',
    source_action: about.kind,
    source_network: 0,
    attributes: {},
    ...fields,
  };
}

export const testLog = 'log_00000000000000aa';

/** A block of events that lie one behind the other in a partition from `first` on, under the token of that range. */
export function testBlock(events: readonly UpdateEvent[], { partition = 0, first = 0, log = testLog } = {}): Block {
  const schemas = loadSchemas();
  const { schema } = schemas.byId(schemas.idOf('update-event'))!;
  const rows = events.map((record, at) => ({ record, place: { log, partition, offset: first + at } }));
  return {
    table: updateEvents,
    container: avroContainer(schema, rows),
    token: `${log}/device-events/${partition}/${first}-${first + events.length - 1}`,
  };
}
