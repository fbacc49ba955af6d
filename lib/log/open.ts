import type { Config } from '../runtime/config/settings.ts';
import type { Logger } from '../runtime/logger.ts';
import { KafkaLog } from './kafka/kafkaLog.ts';
import type { KafkaOptions } from './kafka/options.ts';
import { LmdbLog } from './lmdb/lmdbLog.ts';
import type { Log } from './log.ts';

/** `dir` is a folder of the log's own; only one process may have it open. */
export type LogOptions = { kind: 'lmdb'; dir: string } | ({ kind: 'kafka' } & KafkaOptions);

export function openLog(options: LogOptions, logger?: Logger): Log {
  return options.kind === 'lmdb' ? new LmdbLog(options.dir) : new KafkaLog(options, logger);
}

/** The cluster's log as a lone service is told of it. */
export function openClusterLog(config: Config, logger: Logger): Log {
  const { kafkaBrokers, kafkaSsl, kafkaUser, kafkaPassword = '', kafkaSasl } = config;
  return openLog(
    {
      kind: 'kafka',
      brokers: [...kafkaBrokers],
      ssl: kafkaSsl,
      ...(kafkaUser === undefined
        ? {}
        : { sasl: { mechanism: kafkaSasl, username: kafkaUser, password: kafkaPassword } }),
    },
    logger,
  );
}
