import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { TOPICS } from '../../lib/log/topics.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { testEvent } from '../updateEvent.ts';
import { waitFor } from '../waitFor.ts';
import { aFleet, differences } from './fleet.ts';
import { createSite, operatorKey, skipped } from './site.ts';

const codec = createEventCodec(loadSchemas());
const app = 'com.example.poison';
const deadlineMs = 60_000;

interface Rejected {
  rejection: {
    origin: { topic: string; partition: number; offset: number };
    code: string;
    reason: string;
    app: string;
  };
  value_base64: string;
}

function missing(): string | false {
  const noKcat = process.env.CI !== 'true' && spawnSync('kcat', ['-V']).error ? 'kcat is not installed' : false;
  return skipped('cluster') || noKcat;
}

test(
  'poison that another client writes to the topic ends beside the events, and a repaired record comes back',
  { skip: missing() },
  async () => {
    const site = await createSite('cluster');
    const folder = await temporaryFolder();
    try {
      await site.start();
      const kcat = async (name: string, value: Buffer, ...more: string[]): Promise<void> => {
        const file = join(folder.path, name);
        await writeFile(file, value);
        const to = ['-P', '-b', site.brokers, '-t', TOPICS.deviceEvents, '-p', '0', '-k', `${app}:phone`, ...more];
        await promisify(execFile)('kcat', [...to, file]);
      };
      const good = {
        ...testEvent({ device_id: 'phone', kind: 'install_completed', at: Date.now(), enrols: true }),
        app_id: app,
      };
      const repaired = codec.encode({ ...good, release: '9.0.0' });
      const foreign = Buffer.from(repaired);
      foreign.writeUInt32BE(77, 1);
      const poison = new Map([
        ['undecodable', Buffer.from('{"kind":"install_completed"}')],
        ['unknown_schema', foreign],
        ['refused_by_warehouse', codec.encode({ ...good, event_id: 'none' })],
      ]);

      const fleet = aFleet(site, 300, 41);
      await waitFor(() => fleet.progress().events > 50, { timeoutMs: deadlineMs, what: 'events before the poison' });
      for (const [code, value] of poison) await kcat(code, value);
      // A good record, packed in a way that we cannot read: the broker packs it anew.
      await kcat('packed', codec.encode({ ...good, event_id: randomUUID(), release: '8.0.0' }), '-z', 'snappy');
      assert.deepEqual(await differences(site, await fleet.ended), []);

      const rejected = async (): Promise<Rejected[]> =>
        (await site.get<{ rejected: Rejected[] }>(`/v1/rejected?values=true&app=${app}`)).rejected;
      await waitFor(async () => (await rejected()).length >= poison.size, {
        timeoutMs: deadlineMs,
        what: 'the rejections',
      });
      const found = await rejected();
      assert.deepEqual(
        new Map(found.map(({ rejection, value_base64 }) => [rejection.code, Buffer.from(value_base64, 'base64')])),
        new Map([...poison].reverse()),
      );
      for (const { rejection } of found) {
        assert.equal(rejection.origin.topic, TOPICS.deviceEvents);
        assert.equal(rejection.origin.partition, 0);
        assert.ok(rejection.reason.length > 0);
      }

      const { origin } = found.find(({ rejection }) => rejection.code === 'undecodable')!.rejection;
      const replay = async (dry_run: boolean): Promise<unknown> => {
        const answer = await fetch(`${site.operatorUrl}/v1/rejected/replay`, {
          method: 'POST',
          headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({ origins: [origin], value_base64: repaired.toString('base64'), dry_run }),
        });
        const body = (await answer.json()) as { results: { status: string }[] };
        return body.results[0]?.status;
      };
      assert.equal(await replay(true), 'would_replay');
      assert.equal(await replay(false), 'replayed');
      const counted = async (name: string): Promise<boolean> => {
        const { releases } = await site.get<{ releases: { release: string; devices: { installed: number } }[] }>(
          `/v1/apps/${app}/releases`,
        );
        return releases.some(({ release, devices }) => release === name && devices.installed === 1);
      };
      for (const name of ['8.0.0', '9.0.0']) {
        await waitFor(() => counted(name), { timeoutMs: deadlineMs, everyMs: 100, what: `${name} to be counted` });
      }
      assert.equal(await replay(false), 'already_stored');
    } finally {
      await site.close();
      await folder.remove();
    }
  },
);
