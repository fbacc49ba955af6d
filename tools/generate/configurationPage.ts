import { settingGroups, type Setting } from '../../lib/runtime/config/setting.ts';
import { settings } from '../../lib/runtime/config/settings.ts';
import { page, table } from './table.ts';

/** Every setting, by group. */
export function configurationPage(): string {
  const all: Setting<unknown>[] = Object.values(settings);
  const groups = settingGroups.map((group) => {
    const rows = all
      .filter((setting) => setting.group === group)
      .map(({ env, doc, form, fallback, secret }) => [
        `\`${env}\``,
        doc,
        secret ? `${form}; secret` : form,
        shown(fallback),
      ]);
    return `## ${group}\n\n${table(['variable', 'meaning', 'form', 'default'], rows)}`;
  });
  return page(
    'Configuration',
    'lib/runtime/config/settings.ts',
    'Settings come from the environment alone. Every fault is told at once, with what to write instead; `rollguard <service> --check-config` prints what is in force, secrets masked. A lone gateway needs `ROLLGUARD_KAFKA_BROKERS` and `ROLLGUARD_SECRET`, a worker and control `ROLLGUARD_KAFKA_BROKERS` and `ROLLGUARD_CLICKHOUSE_URL`; `rollguard start` needs nothing.',
    ...groups,
  );
}

function shown(fallback: unknown): string {
  const value = fallback as string | number | boolean | readonly string[] | undefined;
  if (value === undefined || (typeof value === 'object' && value.length === 0)) return 'none';
  return `\`${typeof value === 'object' ? value.join() : value}\``;
}
