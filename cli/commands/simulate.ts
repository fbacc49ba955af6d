import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseFault } from '../../tools/simulate/fault.ts';
import { startFleet } from '../../tools/simulate/fleet.ts';

const help = `rollguard simulate --key <ingest key> [options]

  --url URL            device API (http://127.0.0.1:8080)
  --devices N          phones (1000)
  --seed N             the same seed, the same fleet (1)
  --app ID             app of the fleet (com.example.shop)
  --release NAME[:SHARE]  a release and the share of phones that get it; may be repeated (2.4.0)
  --fault SPEC         such as platform=android,os=9,rate=0.4,code=checksum_failed,after=30s; may be repeated
  --spacing MS         time between the begins of two phones (5)
  --paced              in real time instead of as fast as the server answers
  --concurrency N      requests under way at once (32)
  --ledger FILE        writes what must be counted, as JSON

The server must trust this machine as a proxy (ROLLGUARD_TRUSTED_PROXIES=127.0.0.1/32) for phones to have networks of their own.`;

export async function simulate(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      key: { type: 'string', default: '' },
      url: { type: 'string', default: 'http://127.0.0.1:8080' },
      devices: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      app: { type: 'string', default: 'com.example.shop' },
      channel: { type: 'string', default: 'production' },
      release: { type: 'string', multiple: true, default: ['2.4.0'] },
      fault: { type: 'string', multiple: true, default: [] },
      spacing: { type: 'string', default: '5' },
      paced: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '32' },
      ledger: { type: 'string' },
    },
  });
  if (values.help === true || values.key === '') {
    console.log(help);
    return values.help === true ? 0 : 2;
  }
  const devices = Number(values.devices);
  const fleet = startFleet({
    url: values.url,
    key: values.key,
    devices,
    seed: Number(values.seed),
    appId: values.app,
    channel: values.channel,
    baseRelease: 'base',
    releases: values.release.map((text) => {
      const [name = '', share = '1'] = text.split(':');
      return { name, share: Number(share) };
    }),
    faults: values.fault.map(parseFault),
    spacingMs: Number(values.spacing),
    concurrency: Number(values.concurrency),
    paced: values.paced,
  });
  const timer = setInterval(() => {
    const { devices: done, events, retries, trouble } = fleet.progress();
    console.error(`${done} of ${devices} phones, ${events} events, ${retries} retries ${trouble}`);
  }, 1000);
  try {
    const ledger = await fleet.ended;
    if (values.ledger !== undefined) writeFileSync(values.ledger, JSON.stringify(ledger, null, 2));
    console.log(JSON.stringify({ devices: ledger.devices, events: ledger.events, requests: ledger.requests }));
    return 0;
  } finally {
    clearInterval(timer);
  }
}
