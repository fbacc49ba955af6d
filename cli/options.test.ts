import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOptions, flag, httpUrl, number, readOptions, repeated, text, UsageError } from './options.ts';

const options = {
  url: httpUrl('where to', 'http://127.0.0.1:8080'),
  devices: number('N', 'how many', 10, { min: 1, max: 100 }),
  share: number('X', 'a part', undefined, { min: 0, max: 1, whole: false }),
  name: text('NAME', 'a name', undefined),
  release: repeated('NAME', 'a release', ['first'], (given) => {
    if (given === 'bad') throw new Error('must be good');
    return given;
  }),
  paced: flag('slowly'),
};

test('values come from the line, in either form, and else from the fallback', () => {
  assert.deepEqual(readOptions([], options), {
    url: 'http://127.0.0.1:8080',
    devices: 10,
    share: undefined,
    name: undefined,
    release: ['first'],
    paced: false,
  });
  const line = '--devices=20 --paced --release a --release=b --url http://h:1/ --share 0.25 --name=x=y';
  assert.deepEqual(readOptions(line.split(' '), options), {
    url: 'http://h:1',
    devices: 20,
    share: 0.25,
    name: 'x=y',
    release: ['a', 'b'],
    paced: true,
  });
});

test('every fault is told at once, each with what may stand there', () => {
  const line = '--devices 0 --share 2 --url ftp://h --release bad --nmae x --paced=yes stray --name';
  const found = (): unknown => readOptions(line.split(' '), options, () => ['--a and --b exclude each other']);
  assert.throws(found, (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.deepEqual(error.message.split('\n'), [
      '--devices 0: must be a whole number from 1 to 100',
      '--share 2: must be a number from 0 to 1',
      '--url ftp://h: must be a URL such as http://127.0.0.1:8080',
      '--release bad: must be good',
      '--nmae is not an option',
      "'x' is not understood",
      '--paced takes no value',
      "'stray' is not understood",
      '--name needs a value: NAME',
      '--a and --b exclude each other',
    ]);
    return true;
  });
});

test('an option is not taken for the value of the one before it', () => {
  assert.throws(() => readOptions(['--name', '--paced'], options), /^UsageError: --name needs a value: NAME$/);
});

test('the help names every option, with its default', () => {
  const help = describeOptions(options);
  for (const name of Object.keys(options)) assert.match(help, new RegExp(`^  --${name} `, 'm'));
  assert.match(help, /--devices N +how many \(10\)/);
});
