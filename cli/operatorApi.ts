import { environment } from '../lib/runtime/config/environment.ts';
import { readConfig } from '../lib/runtime/config/readConfig.ts';
import { readDoor } from '../lib/runtime/dataDir.ts';
import { RollguardError } from '../lib/runtime/errors.ts';

/** The operator API of a running process, as the commands use it. */
export interface OperatorApi {
  /** The answer's body. Throws `control_unreachable` when nothing answers, `control_refused` with the API's own words. */
  ask<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
}

/**
 * Address and key from the environment (`ROLLGUARD_CONTROL_URL`, `ROLLGUARD_OPERATOR_KEY`); without a key, those of the
 * process that holds the data directory of this machine.
 */
export function operatorApi(): OperatorApi {
  const { controlUrl, operatorKey, dataDir } = readConfig(environment(), 'client').config;
  if (operatorKey !== undefined) return connectOperatorApi(controlUrl, operatorKey);
  const door = readDoor(dataDir);
  if (door !== undefined) return connectOperatorApi(door.url, door.operatorKey);
  throw new RollguardError(
    'control_unreachable',
    `No running process holds ${dataDir} here. Start \`rollguard start\`, name its folder by ROLLGUARD_DATA_DIR, or ask another server by ROLLGUARD_CONTROL_URL and ROLLGUARD_OPERATOR_KEY.`,
  );
}

export function connectOperatorApi(url: string, key: string): OperatorApi {
  return {
    async ask<Answer>(method: string, path: string, body?: unknown) {
      const response = await request(url, path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await read(response, url);
      if (response.ok) return answer as Answer;
      const { code, detail } = answer as { code?: string; detail?: string };
      if (code === undefined) throw notRollguard(url, response.status);
      throw new RollguardError('control_refused', `${code}: ${detail ?? response.statusText}`);
    },
  };
}

async function request(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url.replace(/\/$/, '') + path, init);
  } catch (cause) {
    const detail = `Nothing answers at ${url}. Is \`rollguard start\` (or \`rollguard control\`) running? ROLLGUARD_CONTROL_URL names another address.`;
    throw new RollguardError('control_unreachable', detail, { cause });
  }
}

async function read(response: Response, url: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw notRollguard(url, response.status, cause);
  }
}

function notRollguard(url: string, status: number, cause?: unknown): RollguardError {
  const detail = `What answers at ${url} is no operator API of Rollguard (status ${status}). ROLLGUARD_CONTROL_URL names another address.`;
  return new RollguardError('control_unreachable', detail, { cause });
}
