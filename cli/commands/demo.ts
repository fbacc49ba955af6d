import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../../lib/runtime/config/environment.ts';
import { readConfig } from '../../lib/runtime/config/readConfig.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import { runProcess } from '../../lib/runtime/lifecycle.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { startEmbedded } from '../../services/embedded/embedded.ts';
import { startFleet } from '../../tools/simulate/fleet.ts';
import { demoFleet } from '../../tools/simulate/demoFleet.ts';
import { showFleet } from '../fleetProgress.ts';
import { choosePort } from '../ports.ts';
import { describeOptions, flag, number, readOptions } from '../options.ts';
import { endingSignals } from '../signals.ts';
import { demoText } from './demoText.ts';

const port = { min: 0, max: 65_535 };
const options = {
  port: number('PORT', 'for devices; 8080 when it is free, else any', undefined, port),
  'control-port': number('PORT', 'for the page and the operator API; 8081 when it is free, else any', undefined, port),
  'devices-per-second': number('N', 'phones that begin an update each second', 30, {
    min: 0.1,
    max: 500,
    whole: false,
  }),
  seed: number('N', 'the same seed, the same phones', 1, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  keep: flag('leaves the data folder there at the end'),
  help: flag('this text'),
};

const help = `rollguard demo [options]

Runs all services in this process with a simulated fleet of phones that update one app: a healthy release, and one that
breaks on one version of Android after half a minute. Prints the address of the page and what is to be seen there.

${describeOptions(options)}

The data lie in a new folder of the system's temporary ones, which is removed at the end; data of your own are never touched.
Of the environment only LOG_LEVEL, ROLLGUARD_HOST, ROLLGUARD_CONTROL_HOST and ROLLGUARD_ALLOWED_HOSTS count.`;

/** Short enough that a phone's silence, and an update that is never confirmed, are seen within a minute. */
const waitingTimes = { ROLLGUARD_CONFIRM_SECONDS: '30', ROLLGUARD_SILENCE_SECONDS: '60' };

export async function demo(args: string[]): Promise<number> {
  const values = readOptions(args, options, ({ port: devices, 'control-port': operators }) =>
    devices !== undefined && devices !== 0 && devices === operators
      ? [`--port and --control-port are both ${devices}`]
      : [],
  );
  if (values.help) {
    console.log(help);
    return 0;
  }
  const hosts = readConfig(inherited(), 'embedded').config;
  const devicePort = await choosePort(hosts.host, values.port, 8080, '--port');
  const controlPort = await choosePort(hosts.controlHost, values['control-port'], 8081, '--control-port');
  for (const { note } of [devicePort, controlPort]) if (note !== undefined) console.log(note);
  const folder = mkdtempSync(join(tmpdir(), 'rollguard-demo-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  // Should a second Ctrl-C cut the stop short: the folder goes all the same.
  if (!values.keep) process.once('exit', removeFolder);
  const config = demoConfig(folder, devicePort.port, controlPort.port);
  const logger = createLogger(config.logLevel, 'demo');

  return runProcess(
    async (lifecycle) => {
      if (values.keep) lifecycle.onStop('farewell', () => console.log(`The data stay in ${folder}`));
      else lifecycle.onStop('folder', removeFolder);
      const running = await startEmbedded(config, logger, lifecycle);
      const key = (kind: string): string => running.firstKeys.find((made) => made.key.kind === kind)!.text;
      const fleet = startFleet(demoFleet(running.deviceUrl, key('ingest'), values.seed, values['devices-per-second']));
      lifecycle.onStop('fleet', async () => {
        fleet.stop();
        await fleet.ended;
      });
      lifecycle.watch('fleet', fleet.ended);
      console.log(
        demoText(running, { ingest: key('ingest'), operator: key('operator') }, values.keep ? undefined : folder),
      );
      if (process.stderr.isTTY) {
        const progress = showFleet(() => fleet.progress(), Infinity, process.stderr);
        lifecycle.onStop('progress', () => progress.end());
      }
    },
    { logger, shutdownMs: config.shutdownSeconds * 1000, signals: endingSignals(process) },
  );
}

/** The few settings that say how the demo is reached; this machine only, unless told otherwise. */
function inherited(): Record<string, string | undefined> {
  const {
    LOG_LEVEL = 'warn',
    ROLLGUARD_HOST = '127.0.0.1',
    ROLLGUARD_CONTROL_HOST,
    ROLLGUARD_ALLOWED_HOSTS,
  } = environment();
  return { LOG_LEVEL, ROLLGUARD_HOST, ROLLGUARD_CONTROL_HOST, ROLLGUARD_ALLOWED_HOSTS };
}

function demoConfig(folder: string, devicePort: number, controlPort: number): Config {
  const { config } = readConfig(
    {
      ...inherited(),
      ...waitingTimes,
      ROLLGUARD_DATA_DIR: folder,
      ROLLGUARD_PORT: String(devicePort),
      ROLLGUARD_CONTROL_PORT: String(controlPort),
      // The phones have addresses of their own, in the header that a proxy would set.
      ROLLGUARD_TRUSTED_PROXIES: '127.0.0.1/32',
      ROLLGUARD_SHUTDOWN_SECONDS: '8',
      // One insert a second and not eight: the fleet is small, and it is not to be the load of the machine that is seen.
      ROLLGUARD_LOG_PARTITIONS: '1',
      ROLLGUARD_BLOCK_MS: '800',
    },
    'embedded',
  );
  return config;
}
