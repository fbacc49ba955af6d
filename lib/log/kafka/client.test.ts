import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../runtime/errors.ts';
import { KafkaClient } from './client.ts';
import { logError } from './errors.ts';

/** A client whose administrative requests end as told, one after the other, without a broker. */
class ToldClient extends KafkaClient {
  private readonly answers: unknown[];

  constructor(answers: unknown[]) {
    super({ brokers: ['127.0.0.1:1'] }, undefined);
    this.answers = answers;
  }

  override partitions(): Promise<number> {
    return Promise.resolve(1);
  }

  override admin<T>(doing: string): Promise<T> {
    const answer = this.answers.shift();
    return answer instanceof Error ? Promise.reject(logError(answer, doing)) : Promise.resolve(answer as T);
  }
}

function kafkaError(type: string): Error {
  return Object.assign(new Error('as Kafka says it'), { type });
}

test('migrate failed on a fresh broker, because the leader of a partition did not know of it yet', async () => {
  const offsets = [{ partition: 0, low: '3', high: '7', offset: '7' }];
  const client = new ToldClient([kafkaError('NOT_LEADER_FOR_PARTITION'), kafkaError('LEADER_NOT_AVAILABLE'), offsets]);
  assert.deepEqual(await client.ranges('some-topic'), [{ partition: 0, first: 3, end: 7 }]);
});

test('any other fault is told at once', async () => {
  const client = new ToldClient([kafkaError('TOPIC_AUTHORIZATION_FAILED'), []]);
  await assert.rejects(client.ranges('some-topic'), (error) => hasCode(error, 'log_unavailable'));
});
