import { writeFileSync } from 'node:fs';
import { environment } from '../../lib/runtime/config/environment.ts';
import { readConfig } from '../../lib/runtime/config/readConfig.ts';
import { checkLedger, CheckError, requireNewApp, type OperatorApi } from '../../tools/simulate/check.ts';
import { parseFault, type Fault } from '../../tools/simulate/fault.ts';
import { FleetRefusedError, startFleet } from '../../tools/simulate/fleet.ts';
import type { Ledger } from '../../tools/simulate/ledger.ts';
import type { SimulatedRelease } from '../../tools/simulate/plan.ts';
import { showFleet } from '../fleetProgress.ts';
import { describeOptions, flag, httpUrl, number, readOptions, repeated, text } from '../options.ts';

const options = {
  url: httpUrl('device API', 'http://127.0.0.1:8080'),
  key: text('KEY', 'ingest key; else ROLLGUARD_INGEST_KEY', undefined),
  devices: number('N', 'phones', 1000, { min: 1, max: 100_000_000 }),
  seed: number('N', 'the same seed, the same fleet', 1, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  app: text('ID', 'app of the fleet', 'com.example.shop'),
  channel: text('NAME', 'channel of releases that name none', 'production'),
  base: text('NAME', 'release that every phone runs at first', '2.3.9'),
  release: repeated<SimulatedRelease>(
    'NAME[:SHARE[:CHANNEL]]',
    'a release and the share of phones that get it; may be repeated (2.4.0)',
    [{ name: '2.4.0', share: 1 }],
    parseRelease,
  ),
  split: flag('each phone gets one of the releases, by their shares, instead of one after the other'),
  fault: repeated<Fault>(
    'SPEC',
    'such as platform=android,os=9,rate=0.4,code=checksum_failed,after=30s; may be repeated',
    [],
    parseFault,
  ),
  failures: number('FACTOR', 'share of phones that fail anyway, as a multiple of the published one', 1, {
    min: 0,
    max: 1,
    whole: false,
  }),
  spacing: number('MS', 'time between the begins of two phones', 5, { min: 0, max: 3_600_000, whole: false }),
  paced: flag('in real time, instead of as fast as the server answers with clocks that lie in the past'),
  concurrency: number('N', 'requests under way at once', 32, { min: 1, max: 10_000 }),
  ledger: text('FILE', 'writes what must be counted, as JSON', undefined),
  check: httpUrl('operator API; compares its counts with the ledger at the end', undefined),
  'operator-key': text('KEY', 'for --check; else ROLLGUARD_OPERATOR_KEY', undefined),
  help: flag('this text'),
};

const help = `rollguard simulate [options]

Plays a fleet of phones over HTTP: releases, failures by the published mix and countries, phones that are offline, send
again, in another order or with a wrong clock, emulators, and phones that are never heard of again. The ledger says what
must be counted for it; it comes from the fleet's own script and knows no rule of the product.

${describeOptions(options)}

A fault strikes phones by release, platform, os, abi, model, country, network and app_version, from after= until until=,
and makes rate= of them fail with code= and kind= (download_failed, install_failed, rolled_back).

For phones to have networks of their own the server must trust this machine as a proxy, or all are one network to it:
ROLLGUARD_TRUSTED_PROXIES=127.0.0.1/32. Ends with 0; 1 when the server refuses the fleet, when phones were cut off, or
when --check finds a difference; 2 when an option is wrong.`;

export async function simulate(args: string[]): Promise<number> {
  const preset = readConfig(environment(), 'embedded').config;
  const values = readOptions(args, options, ({ key, check, help: asked, 'operator-key': operatorKey }) => {
    const faults: string[] = [];
    if (asked) return faults;
    if ((key ?? preset.ingestKey) === undefined) faults.push('--key is missing: the ingest key of the server');
    if (check !== undefined && (operatorKey ?? preset.operatorKey) === undefined) {
      faults.push('--operator-key is missing: --check asks the operator API');
    }
    return faults;
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const api: OperatorApi | undefined =
    values.check === undefined
      ? undefined
      : { url: values.check, key: values['operator-key'] ?? preset.operatorKey ?? '' };
  try {
    if (api !== undefined) await requireNewApp(api, values.app);
    const ledger = await play(values, values.key ?? preset.ingestKey ?? '');
    if (values.ledger !== undefined) writeFileSync(values.ledger, `${JSON.stringify(ledger, null, 2)}\n`);
    if (ledger.unfinished > 0) {
      console.error(`Stopped: ${ledger.unfinished} phones were cut off, so the ledger cannot be compared.`);
      return 1;
    }
    return api === undefined ? 0 : await check(ledger, api);
  } catch (error) {
    if (!(error instanceof FleetRefusedError || error instanceof CheckError)) throw error;
    console.error(error.message);
    return 1;
  }
}

type Values = ReturnType<typeof readOptions<typeof options>>;

async function play(values: Values, key: string): Promise<Ledger> {
  const began = performance.now();
  const fleet = startFleet({
    url: values.url,
    key,
    devices: values.devices,
    seed: values.seed,
    appId: values.app,
    channel: values.channel,
    baseRelease: values.base,
    releases: values.release,
    split: values.split,
    faults: values.fault,
    failureScale: values.failures,
    spacingMs: values.spacing,
    concurrency: values.concurrency,
    paced: values.paced,
  });
  const stop = (): void => fleet.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = showFleet(() => fleet.progress(), values.devices, process.stderr);
  const ledger = await fleet.ended.finally(() => {
    progress.end();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  });
  const seconds = (performance.now() - began) / 1000;
  const { devices, events, requests } = ledger;
  const perSecond = Math.round(events.acked / seconds);
  console.log(
    JSON.stringify({ devices, events, requests, seconds: Number(seconds.toFixed(1)), events_per_second: perSecond }),
  );
  return ledger;
}

async function check(ledger: Ledger, api: OperatorApi): Promise<number> {
  const differences = await checkLedger(ledger, api);
  for (const difference of differences) console.error(difference);
  console.error(
    differences.length === 0
      ? `The API counts exactly what the fleet of ${ledger.devices} phones did.`
      : `${differences.length} differences between the API and the ledger.`,
  );
  return differences.length === 0 ? 0 : 1;
}

function parseRelease(given: string): SimulatedRelease {
  const [name = '', share = '1', channel, more] = given.split(':');
  const value = /^\d*\.?\d+$/.test(share) ? Number(share) : NaN;
  if (name === '' || more !== undefined || channel === '' || !(value > 0 && value <= 1)) {
    throw new Error(
      'must be a name, and after a colon a share above 0 and at most 1, such as 2.4.1:0.3 or 2.4.1:0.3:beta',
    );
  }
  return { name, share: value, ...(channel === undefined ? {} : { channel }) };
}
