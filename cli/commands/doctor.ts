import { parseArgs } from 'node:util';
import { report, type Diagnosis } from '../../tools/doctor/report.ts';
import { operatorApi } from '../operatorApi.ts';

const help = `rollguard doctor [--deep] [--json]

Proves on what is stored that nothing was lost, nothing was stored twice, and every view holds what the raw rows give.

  --deep   looks at everything that is kept, and takes longer
  --json   the answer as the operator API gives it

Asks the process that holds the data directory here; another one by ROLLGUARD_CONTROL_URL and ROLLGUARD_OPERATOR_KEY. Exits with 1 when a check fails.`;

export async function doctor(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { help: { type: 'boolean' }, deep: { type: 'boolean', default: false }, json: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const diagnosis = await operatorApi().ask<Diagnosis>('GET', `/v1/doctor?deep=${values.deep}`);
  console.log(values.json === true ? JSON.stringify(diagnosis, null, 2) : report(diagnosis));
  return diagnosis.healthy ? 0 : 1;
}
