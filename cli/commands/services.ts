import { startControl } from '../../services/control/main.ts';
import { startGateway } from '../../services/gateway/main.ts';
import { startWorker } from '../../services/worker/main.ts';
import { serviceCommand } from './service.ts';

export const gateway = serviceCommand({
  name: 'gateway',
  role: 'gateway',
  about: 'Runs a gateway: HTTP in, durable events in Kafka out.',
  start: startGateway,
});

export const worker = serviceCommand({
  name: 'worker',
  role: 'worker',
  about: 'Runs a worker: from Kafka into ClickHouse, each event once.',
  start: startWorker,
});

export const control = serviceCommand({
  name: 'control',
  role: 'control',
  about: 'Runs the operator API.',
  start: startControl,
});
