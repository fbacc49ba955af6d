import type { LogTable } from '../log/log.ts';
import { decodeKey, hashKey } from './key.ts';
import type { Key, KeyKind, Scope } from './key.ts';

/** A key that is not in the topic; it is bound to no app and can do everything its kind may. */
export interface PresetKey {
  kind: KeyKind;
  text: string;
  /** Where it comes from, when not from the configuration. */
  origin?: string;
}

/** The valid keys in memory, following the topic. */
export interface KeyRing {
  /** The key behind the text, or `undefined` for one that is unknown or revoked. */
  find(text: string): Key | undefined;
  /** Every key of the topic, revoked ones and presets included. */
  list(): Key[];
  /** Resolves once every key made or revoked before the call is known here. */
  refresh(): Promise<void>;
  /** True once the topic has been read and as long as it is followed. */
  healthy(): boolean;
  close(): void;
}

const allScopes: Scope[] = ['read', 'operate', 'admin'];

/**
 * Looks a key up by its hash. The lookup needs no constant time: what is compared is a hash, of which a caller cannot
 * choose the beginning.
 *
 * @param table of `rollguard.keys`, read to its end; the caller closes it
 */
export function createKeyRing(table: LogTable, presets: PresetKey[] = []): KeyRing {
  const byId = new Map<string, Key>();
  const byHash = new Map<string, Key>();

  function put(id: string, value: Buffer | null): void {
    const before = byId.get(id);
    if (before) byHash.delete(before.hash);
    byId.delete(id);
    const key = value === null ? undefined : decodeKey(id, value);
    if (!key) return;
    byId.set(id, key);
    if (key.revoked_at === null) byHash.set(key.hash, key);
  }

  for (const preset of presets) {
    const key: Key = {
      id: `preset_${preset.kind}${preset.origin === undefined ? '' : '_door'}`,
      hash: hashKey(preset.text),
      kind: preset.kind,
      app: '*',
      name: preset.origin ?? 'from the configuration',
      scopes: preset.kind === 'operator' ? allScopes : [],
      created_at: 0,
      revoked_at: null,
    };
    byId.set(key.id, key);
    byHash.set(key.hash, key);
  }
  for (const [id, value] of table.entries()) put(id, value);
  const stop = table.onChange(put);
  return {
    find: (text) => byHash.get(hashKey(text)),
    list: () => [...byId.values()],
    refresh: () => table.refresh(),
    healthy: () => table.healthy(),
    close: stop,
  };
}
