// Generated from schemas/update-event.v1.avsc by `npm run generate`. Do not edit.

/** One report of what an update did to one device, as the gateway accepted it. Absent text is the empty string; absent numbers are null. */
export interface UpdateEvent {
  /** When the gateway received it, server clock. First in the record: the worker reads it without decoding the rest. */
  received_at: number;
  /** Names the event itself, so that a retry is recognised: from the sender, or a UUIDv5 of what makes the event. */
  event_id: string;
  /** The app, at most 128 characters. */
  app_id: string;
  /** The install, at most 128 characters. */
  device_id: string;
  /** What happened: one of the closed list of kinds, `other` when unknown. */
  kind: string;
  /** The bundle the event is about (the attempted one, also after a fallback); empty only where the target is unknown. */
  release: string;
  /** The bundle that ran before. */
  previous_release: string;
  /** Release channel, where the sender names one. */
  channel: string;
  /** Operating system family: android, ios, … */
  platform: string;
  /** Version of the operating system. */
  os_version: string;
  /** Processor architecture of the app's native code. */
  abi: string;
  /** Version of the native app. */
  app_version: string;
  /** Model name of the device. */
  device_model: string;
  /** Kind of connection: wifi, cellular, … */
  network: string;
  /** Country or region code. */
  region: string;
  /** Name of the reporting SDK. */
  sdk: string;
  /** Version of the reporting SDK. */
  sdk_version: string;
  /** When it happened: device clock corrected by the skew and clamped to received_at − 30 d … + 1 d. For charts. */
  occurred_at: number;
  /** The device clock as sent (kept within the years 1900 to 2299), or received_at where none was sent. Orders the events of one device. */
  device_clock: number;
  /** Device clock when the request was sent. */
  sent_at: number | null;
  /** received_at − sent_at, ms; 0 where sent_at is absent. */
  skew_ms: number;
  /** How long it took, ms. */
  duration_ms: number | null;
  /** Bytes transferred. */
  bytes: number | null;
  /** Progress, percent. */
  progress: number | null;
  /** Number of the attempt, from 1. */
  attempt: number | null;
  /** The sender's word for the failure. */
  error_code: string;
  /** The sender's text, at most 1 KB. */
  error_message: string;
  /** network, storage, integrity, policy, cancelled, crash, timeout or unknown; empty where nothing failed. */
  error_class: string;
  /** False for debug builds and the like: counted apart. */
  is_production: boolean;
  /** True for emulators: counted apart. */
  is_emulator: boolean;
  /** True when the event makes the device a participant of the release. */
  enrols: boolean;
  /** The way it was reported: native, capgo, codepush, … */
  dialect: string;
  /** The dialect's own word for what happened. */
  source_action: string;
  /** Keyed 52-bit hash of the sender's IPv4 /24 or IPv6 /48; 0 when unknown. */
  source_network: number;
  /** Own properties, at most 20. */
  attributes: Record<string, string>;
}
