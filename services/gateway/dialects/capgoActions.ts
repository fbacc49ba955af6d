import type { ErrorClass, Kind } from '../../../lib/events/kinds.ts';

/**
 * Which bundle an action's `version_name` is: the one the action is about (`target`), or the one that runs. `unsure`:
 * one or the other by a code path that the event does not show.
 */
export type Names = 'target' | 'running' | 'unsure';

type Platform = 'android' | 'ios' | 'electron';

export interface CapgoAction {
  kind: Kind;
  names: Names | Readonly<Record<Platform, Names>>;
  /** Where the words of the action do not tell. */
  errorClass?: ErrorClass;
}

const about = (kind: Kind): CapgoAction => ({ kind, names: 'target' });
const inside = (kind: Kind): CapgoAction => ({ kind, names: 'running' });
const failed = (names: CapgoAction['names'], errorClass?: ErrorClass): CapgoAction => ({
  kind: 'download_failed',
  names,
  ...(errorClass && { errorClass }),
});

/** Percent of `download_<n>`; its 0 is the start. */
export const progressAction = /^download_([1-9]0)$/;

/**
 * What each action counts as (plugins up to 8.51.23; the server's own words may come from a device too). An action that
 * is not here is kept as `other`. `docs/dialects/capgo.md` has the same list for people, and a test compares them.
 */
export const capgoActions: Readonly<Record<string, CapgoAction>> = {
  // The server's answers to a check.
  get: about('update_offered'),
  noNew: about('update_checked'),
  disablePlatformIos: about('update_checked'),
  disablePlatformAndroid: about('update_checked'),
  disablePlatformElectron: about('update_checked'),
  disableAutoUpdateToMajor: about('update_checked'),
  disableAutoUpdateToMinor: about('update_checked'),
  disableAutoUpdateToPatch: about('update_checked'),
  disableAutoUpdateMetadata: about('update_checked'),
  disableAutoUpdateUnderNative: about('update_checked'),
  disableDevBuild: about('update_checked'),
  disableProdBuild: about('update_checked'),
  disableDevice: about('update_checked'),
  disableEmulator: about('update_checked'),
  cannotUpdateViaPrivateChannel: about('update_checked'),
  keyMismatch: about('update_checked'),
  channelMisconfigured: about('update_checked'),
  NoChannelOrOverride: about('update_checked'),
  missingBundle: about('update_checked'),
  cannotGetBundle: about('update_checked'),
  backend_refusal: about('update_checked'),
  needPlanUpgrade: about('update_checked'),

  download_zip_start: about('download_started'),
  download_manifest_start: about('download_started'),
  download_0: about('download_started'),
  download_complete: about('download_completed'),
  // Bytes are there, and not yet verified or unpacked: `download_complete` follows.
  download_zip_complete: about('other'),
  download_manifest_complete: about('other'),

  // The last word on a download, and on a check for one. iOS names what runs; Android what its worker fetched, or what
  // runs when another step failed.
  download_fail: failed({ android: 'unsure', ios: 'running', electron: 'target' }),
  finish_download_fail: failed('target'),
  low_mem_fail: failed('target', 'storage'),
  insufficient_disk_space: failed({ android: 'target', ios: 'running', electron: 'target' }, 'storage'),
  checksum_fail: failed({ android: 'running', ios: 'target', electron: 'target' }, 'integrity'),
  // What the server left out, not what arrived broken: no harm of the bundle.
  checksum_required: failed('unsure', 'policy'),
  session_key_required: failed('unsure', 'policy'),
  decrypt_fail: failed('target', 'integrity'),
  unzip_fail: failed('running', 'integrity'),
  windows_path_fail: failed('running', 'integrity'),
  canonical_path_fail: failed('running', 'integrity'),
  directory_path_fail: failed('running', 'integrity'),
  manifest_path_fail: failed('target', 'integrity'),
  download_manifest_file_fail: failed('target'),
  download_manifest_checksum_fail: failed('target', 'integrity'),
  download_manifest_brotli_fail: failed('target', 'integrity'),

  set_next: about('other'),
  set: about('activated'),
  set_fail: about('install_failed'),
  app_launch_start: inside('other'),
  app_launch_ready: inside('install_completed'),
  app_launch_timeout: about('other'),
  update_fail: { ...about('rolled_back'), errorClass: 'timeout' },
  reset: about('other'),
  delete: about('other'),
  uninstall: about('other'),

  app_crash: inside('app_crashed'),
  app_crash_native: inside('app_crashed'),
  app_anr: inside('app_crashed'),
  app_initialization_failure: inside('app_crashed'),
  // The system wanted its memory back, mostly from an app in the background.
  app_killed_low_memory: inside('other'),
  app_killed_excessive_resource_usage: inside('other'),
  app_memory_warning: inside('other'),
  webview_javascript_error: inside('other'),
  webview_unhandled_rejection: inside('other'),
  webview_resource_error: inside('other'),
  webview_security_policy_violation: inside('other'),
  webview_unclean_restart: inside('other'),
  webview_render_process_gone: inside('other'),
  webview_content_process_terminated: inside('other'),
  webview_dom_content_loaded: inside('other'),
  webview_page_loaded: inside('other'),

  app_moved_to_foreground: inside('other'),
  app_moved_to_background: inside('other'),
  os_version_changed: inside('other'),
  native_app_version_changed: inside('other'),
  blocked_by_server_url: inside('other'),
  rate_limit_reached: inside('other'),
  setChannel: inside('other'),
  getChannel: inside('other'),
  customIdBlocked: inside('other'),
  ping: inside('other'),
  rateLimited: inside('other'),
  disableAutoUpdate: inside('other'),
  InvalidIp: inside('other'),
};
