import { parseArgs } from 'node:util';
import { ensureFirstKeys } from '../../lib/keys/keys.ts';
import { presetKeys } from '../../lib/keys/presets.ts';
import { openClusterLog } from '../../lib/log/open.ts';
import { topics } from '../../lib/log/topics.ts';
import { environment } from '../../lib/runtime/config/environment.ts';
import { readConfig } from '../../lib/runtime/config/readConfig.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { openClusterWarehouse } from '../../lib/warehouse/open.ts';
import { firstSteps } from './start.ts';

const help = `rollguard migrate [--new-log]

Makes the topics in Kafka and the tables in ClickHouse that are missing, and the first keys where there are none. Safe to
run again, and side by side. (\`rollguard start\` does the same by itself.)

  --new-log  gives the log a new id: the way out when a worker says that the log ends below what the warehouse holds of it,
             because the topics were recreated or restored. Stop all workers before.`;

export async function migrate(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean' }, 'new-log': { type: 'boolean' } } });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const { config } = readConfig(environment(), 'migrate');
  const log = openClusterLog(config, createLogger(config.logLevel, 'migrate'));
  const warehouse = openClusterWarehouse(config);
  try {
    const id = await log.migrate(topics(config.kafkaPartitions));
    console.log(`The topics are there, under the log id ${values['new-log'] === true ? await log.renewId() : id}.`);
    await warehouse.migrate();
    console.log('The tables are there.');
    const made = presetKeys(config).length === 2 ? [] : await ensureFirstKeys(log, Date.now());
    if (made.length > 0) console.log(firstSteps(made, 'http://<gateway>:8080', 'http://<control>:8081').join('\n'));
    return 0;
  } finally {
    await warehouse.close();
    await log.close();
  }
}
