import type { Plan, PlannedEvent, PlannedRequest } from './plan.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Encoding {
  appId: string;
  key: string;
}

/** `POST /v1/events`: one event, an array, or an envelope with `sent_at`. `now` is the true time, epoch ms. */
export function encodeNative(encoding: Encoding, plan: Plan, request: PlannedRequest, now: number): WireRequest {
  const { phone, habits } = plan;
  const clock = (ms: number): string | number => (habits.textClock ? new Date(ms).toISOString() : ms);
  const sentAt = habits.skewMs === null ? undefined : clock(now + habits.skewMs);

  const events = request.events.map((event) => ({
    app_id: encoding.appId,
    device_id: phone.deviceId,
    ...naming(event),
    ...(event.eventId === undefined ? {} : { event_id: event.eventId }),
    ...(event.clock === undefined ? {} : { occurred_at: clock(event.clock) }),
    ...(habits.sentAt === 'event' && sentAt !== undefined ? { sent_at: sentAt } : {}),
    channel: event.chapter.channel,
    platform: phone.platform,
    os_version: phone.osVersion,
    abi: phone.abi,
    app_version: phone.appVersion,
    device_model: phone.model,
    network: phone.network,
    region: phone.country,
    sdk: 'simulator',
    sdk_version: '1.0.0',
    ...(event.durationMs === undefined ? {} : { duration_ms: event.durationMs }),
    ...(event.bytes === undefined ? {} : { bytes: event.bytes }),
    ...(event.progress === undefined ? {} : { progress: event.progress }),
    ...(event.code === undefined ? {} : { error_code: event.code, error_message: messageOf(event.code) }),
    ...(phone.isProduction ? {} : { is_production: false }),
    ...(phone.isEmulator ? { is_emulator: true } : {}),
  }));

  const body =
    habits.sentAt === 'envelope' && sentAt !== undefined
      ? { events, sent_at: sentAt }
      : events.length === 1
        ? events[0]
        : events;
  return {
    path: '/v1/events',
    headers: { authorization: `Bearer ${encoding.key}` },
    body: JSON.stringify(body),
  };
}

/** What the event is about. A phone that only checks or launches speaks of the bundle it runs. */
function naming({ kind, chapter, unknownTarget }: PlannedEvent): Record<string, string> {
  if (kind === 'update_checked' || kind === 'other') return { kind, release: chapter.previous };
  return { kind, release: unknownTarget === true ? '' : chapter.release, previous_release: chapter.previous };
}

function messageOf(code: string): string {
  return `${code.replaceAll('_', ' ')} while applying the update`;
}
