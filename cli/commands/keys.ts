import { parseArgs } from 'node:util';
import { columns } from '../columns.ts';
import { operatorApi } from '../operatorApi.ts';

const help = `rollguard keys list | create | revoke

  rollguard keys list
  rollguard keys create --kind ingest --app APP --name NAME
  rollguard keys create --kind operator --name NAME [--scope read|operate|admin]...
  rollguard keys revoke ID

Asks the process that holds the data directory here; another one by ROLLGUARD_CONTROL_URL and ROLLGUARD_OPERATOR_KEY, which needs the scope admin.
A new key is shown once. An ingest key may write events of its app and nothing else; --app '*' stands for every app.`;

interface Key {
  id: string;
  kind: string;
  app: string;
  name: string;
  scopes: string[];
  created_at: string | null;
  revoked_at: string | null;
}

export async function keys(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      kind: { type: 'string' },
      app: { type: 'string' },
      name: { type: 'string' },
      scope: { type: 'string', multiple: true },
    },
  });
  const [verb, id] = positionals;
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  if (verb === 'list' && positionals.length === 1) return list();
  if (verb === 'create' && positionals.length === 1) {
    const { kind, app, name, scope } = values;
    return create({ kind, app, name, scopes: scope });
  }
  if (verb === 'revoke' && id !== undefined && positionals.length === 2) return revoke(id);
  console.error(help);
  return 2;
}

async function list(): Promise<number> {
  const { keys: all } = await operatorApi().ask<{ keys: Key[] }>('GET', '/v1/keys');
  const rows = all.map((key) => [
    key.id,
    key.kind,
    key.kind === 'ingest' ? key.app : key.scopes.join(','),
    key.revoked_at === null ? 'valid' : `revoked ${key.revoked_at}`,
    key.name,
  ]);
  console.log(columns([['ID', 'KIND', 'APP OR SCOPES', 'STATE', 'NAME'], ...rows]));
  return 0;
}

async function create(wanted: Record<string, unknown>): Promise<number> {
  const { key, text } = await operatorApi().ask<{ key: Key; text: string }>('POST', '/v1/keys', wanted);
  // The key alone on standard output, so that a script can take it.
  console.error(`${key.id} (${key.name}). The key is shown this once:`);
  console.log(text);
  return 0;
}

async function revoke(id: string): Promise<number> {
  const key = await operatorApi().ask<Key>('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  console.log(`${key.id} (${key.name}) is revoked since ${key.revoked_at ?? 'now'}.`);
  return 0;
}
