import { emptyDraft, type Parsed } from '../../../lib/events/draft.ts';
import { errorClass, isFailure } from '../../../lib/events/errorClass.ts';
import { createReader, cutBytes } from '../../../lib/events/reader.ts';
import { parseTime } from '../../../lib/events/time.ts';
import { capgoActions, progressAction } from './capgoActions.ts';
import { capgoAttributes } from './capgoAttributes.ts';
import type { CapgoHistory } from './capgoHistory.ts';

/** Bytes kept of a version or of the word for an action, whose shape is the sender's own. */
const MAX_WORD = 128;

/**
 * One event of `POST /stats` → draft. Only what names its place must be right (`app_id`, `device_id`, the length of the
 * bundle's name); of the rest, what is not of its type counts as absent, for a batch is not sent again for one field.
 *
 * @param historyOf the events before it, by device
 */
export function parseCapgo(value: unknown, keyApp: string, historyOf: (device: string) => CapgoHistory): Parsed {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { fault: { code: 'wrong_type', field: '', message: 'an event is a JSON object' } };
  }
  const source = value as Record<string, unknown>;
  const text = (field: string): string => {
    const given = Object.hasOwn(source, field) ? source[field] : undefined;
    return typeof given === 'string' ? given : '';
  };

  const action = text('action');
  const builtin = text('version_build') || 'builtin';
  const bundle = (name: string): string => (name === 'builtin' ? builtin : name);
  const { version, file } = splitComposite(text('version_name'));
  const named = bundle(version);
  const old = bundle(text('old_version_name'));

  const read = createReader({
    app_id: source.app_id,
    device_id: source.device_id,
    version_name: named,
    old_version_name: old,
  });
  const known = Object.hasOwn(capgoActions, action) ? capgoActions[action] : undefined;
  const progress = progressAction.exec(action)?.[1];
  const draft = emptyDraft(progress ? 'download_progressed' : (known?.kind ?? 'other'));
  draft.app_id = read.id('app_id') || keyApp;
  if (draft.app_id === '') read.missing('app_id');
  // Old plugins on iOS send it in capitals.
  draft.device_id = read.id('device_id').toLowerCase();
  if (draft.device_id === '') read.missing('device_id');
  draft.release = read.id('version_name');
  draft.previous_release = read.id('old_version_name');
  const fault = read.fault();
  if (fault) return { fault };

  const platform = text('platform').toLowerCase();
  const context = historyOf(draft.device_id).next({ action, platform, version: named, old, builtin });
  const legacy = action === 'download_fail' && platform !== 'electron' && meantNoUpdate(text('plugin_version'));
  if (legacy || (draft.kind === 'download_failed' && context.names === 'running')) {
    draft.previous_release = draft.release;
    draft.release = '';
  }
  // A launch proves a bundle and begins nothing; the store's own bundle and the one gone back to are not on trial.
  draft.bystander = action === 'app_launch_ready' || version === 'builtin' || context.fallback;

  const metadata = metadataOf(source);
  const sentAt = timeOf(source.timestamp);
  draft.occurred_at = draft.kind === 'app_crashed' ? crashTime(metadata, sentAt) : sentAt;
  // What the plugin itself would repeat in a retry, and nothing that we made of it.
  if (sentAt !== null)
    draft.event_id = JSON.stringify([action, text('version_name'), text('old_version_name'), sentAt]);

  draft.source_action = cutBytes(action, MAX_WORD);
  draft.channel = text('defaultChannel').trim();
  draft.platform = platform;
  draft.os_version = cutBytes(text('version_os'), MAX_WORD);
  draft.app_version = cutBytes(text('version_build'), MAX_WORD);
  draft.sdk = platform === 'electron' ? 'electron-updater' : 'capacitor-updater';
  draft.sdk_version = cutBytes(text('plugin_version'), MAX_WORD);
  draft.is_production = source.is_prod !== false;
  draft.is_emulator = source.is_emulator === true;
  draft.duration_ms = digits(metadata.duration_ms);
  draft.progress = progress === undefined ? null : Number(progress);
  draft.attributes = capgoAttributes({ ...pick(text), file }, metadata);
  if (isFailure(draft.kind)) {
    const { exit_description = '', exit_reason = '' } = metadata;
    const message = text('message') || exit_description || exit_reason || context.cause;
    draft.error_code = legacy ? 'legacy_no_update' : draft.source_action;
    draft.error_message = cutBytes(message, 1024);
    draft.error_class = known?.errorClass ?? errorClass(draft.kind, draft.error_code, draft.error_message);
  }
  return { draft };
}

/** `1.3.0:assets/index.js`, where one file of a bundle failed; a version has no colon. */
function splitComposite(name: string): { version: string; file: string } {
  const colon = name.indexOf(':');
  return colon > 0 ? { version: name.slice(0, colon), file: name.slice(colon + 1) } : { version: name, file: '' };
}

function pick(text: (field: string) => string): Record<string, string> {
  return {
    install_source: text('install_source'),
    version_code: text('version_code'),
    key_id: text('key_id'),
    bundle_id: text('bundle_id'),
  };
}

function metadataOf(source: Record<string, unknown>): Record<string, string> {
  const given = Object.hasOwn(source, 'metadata') ? source.metadata : undefined;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return {};
  const entries = Object.entries(given as Record<string, unknown>);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function timeOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? (parseTime(value) ?? null) : null;
}

/** Android tells at the next launch when the process died, which may have been before that bundle was made current. */
function crashTime(metadata: Record<string, string>, sentAt: number | null): number | null {
  const exit = digits(metadata.exit_timestamp);
  return exit !== null && exit > 0 && sentAt !== null && exit <= sentAt ? exit : sentAt;
}

function digits(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,13}$/.test(text) ? Number(text) : null;
}

/** Plugins before 7.17.0 (on 6.x before 6.14.25) sent `download_fail` when there was no update to download. */
function meantNoUpdate(plugin: string): boolean {
  const [major, minor, patch] = (/^(\d+)\.(\d+)\.(\d+)/.exec(plugin) ?? []).slice(1).map(Number);
  if (major === undefined || minor === undefined || patch === undefined) return true;
  if (major === 6) return minor < 14 || (minor === 14 && patch < 25);
  return major < 7 || (major === 7 && minor < 17);
}
