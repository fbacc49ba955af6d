const phone = {
  app_id: 'com.example.app',
  device_id: '00009a6b-eefe-490a-9c60-8e965132ae51',
  custom_id: '',
  version_build: '1.2.0',
  version_code: '120',
  version_os: '14',
  plugin_version: '8.51.23',
  is_emulator: false,
  is_prod: true,
  install_source: 'google_play',
  defaultChannel: 'production',
  old_version_name: '',
};

/** One event of Capgo's plugin on Android, without a time of its own. */
export function capgoEvent(action: string, version: string, more: object = {}): Record<string, unknown> {
  return { ...phone, platform: 'android', action, version_name: version, ...more };
}

/** Events as the plugin's queue sends them, a second apart. */
export function capgoBatch(...events: [action: string, version: string, more?: object][]): Record<string, unknown>[] {
  return events.map(([action, version, more], index) =>
    capgoEvent(action, version, { timestamp: 1_790_000_000_000 + index * 1000, ...more }),
  );
}
