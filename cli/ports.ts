import { once } from 'node:events';
import { createServer } from 'node:net';
import { UsageError } from './options.ts';

export interface ChosenPort {
  port: number;
  /** What to tell when it is not the usual one. */
  note?: string;
}

/** The wanted port, which must be free; without a wish the usual one, or any when somebody has it. */
export async function choosePort(
  host: string,
  wanted: number | undefined,
  usual: number,
  option: string,
): Promise<ChosenPort> {
  if (wanted === 0) return { port: 0 };
  if (await isFree(host, wanted ?? usual)) return { port: wanted ?? usual };
  if (wanted !== undefined) throw new UsageError(`${option} ${wanted}: the port is taken`);
  return { port: 0, note: `Port ${usual} is taken, so another one is used; ${option} chooses.` };
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
