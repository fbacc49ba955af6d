import type { ErrorClass, Kind } from './kinds.ts';

const failures: ReadonlySet<Kind> = new Set<Kind>(['download_failed', 'install_failed', 'rolled_back', 'app_crashed']);

/** Whether an event of this kind tells of a failure, and so has a class of error. */
export function isFailure(kind: Kind): boolean {
  return failures.has(kind);
}

/**
 * Words that tell the class, looked for as whole words in a code or message (`sha256-mismatch`, `SHA256_MISMATCH` and
 * `Sha256Mismatch` are the same words). The first class of this list with a word in the text is taken: what is wrong
 * with the bundle counts before what the device lacked, and that before the network, whose words are the vaguest. Only
 * unmistakable words stand under `integrity`: it counts as harm, and a flaky network must not be taken for it.
 */
const words: readonly (readonly [ErrorClass, readonly string[]])[] = [
  [
    'integrity',
    [
      'checksum',
      'hash',
      'sha',
      'sha1',
      'sha256',
      'md5',
      'signature',
      'integrity',
      'corrupt',
      'corrupted',
      'decrypt',
      'decryption',
      'unzip',
      'brotli',
      'malformed',
      'tampered',
    ],
  ],
  [
    'storage',
    ['storage', 'disk', 'space', 'enospc', 'quota', 'memory', 'mem', 'oom', 'filesystem', 'eacces', 'erofs', 'emfile'],
  ],
  ['cancelled', ['cancelled', 'canceled', 'cancel', 'abort', 'aborted', 'interrupted']],
  ['timeout', ['timeout', 'timedout', 'etimedout', 'deadline', 'expired']],
  [
    'policy',
    ['policy', 'blocked', 'disabled', 'forbidden', 'refused', 'unauthorized', 'denied', 'incompatible', 'unsupported'],
  ],
  [
    'network',
    [
      'network',
      'offline',
      'dns',
      'host',
      'socket',
      'connection',
      'connect',
      'internet',
      'http',
      'https',
      'tls',
      'ssl',
      'certificate',
      'econnreset',
      'econnrefused',
      'enotfound',
      'unreachable',
      'proxy',
    ],
  ],
  ['crash', ['crash', 'crashed', 'exception', 'anr', 'sigsegv', 'sigabrt', 'panic', 'fatal']],
];

const classOfWord = new Map(words.flatMap(([name, list], rank) => list.map((word) => [word, { name, rank }] as const)));

/** Pairs of words that mean a class together while each alone does not. */
const pairs: readonly (readonly [string, ErrorClass])[] = [
  ['timed out', 'timeout'],
  ['no space', 'storage'],
  ['connection refused', 'network'],
  ['connection aborted', 'network'],
  ['status 4', 'network'],
  ['status 5', 'network'],
];

/**
 * The class of a failure from the sender's code, else from its text without addresses (whose paths hold all kinds of
 * words); `crash` for every crash, `unknown` where no word is known, "" for an event that is no failure.
 */
export function errorClass(kind: Kind, code: string, message: string): ErrorClass | '' {
  if (!isFailure(kind)) return '';
  if (kind === 'app_crashed') return 'crash';
  return classOf(code) ?? classOf(message.replaceAll(/\bhttps?:\S+/giu, 'http')) ?? 'unknown';
}

function classOf(text: string): ErrorClass | undefined {
  const list = text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  const spaced = ` ${list.join(' ')}`;
  const pair = pairs.find(([phrase]) => spaced.includes(` ${phrase}`));
  if (pair) return pair[1];
  let best: { name: ErrorClass; rank: number } | undefined;
  for (const word of list) {
    const found = classOfWord.get(word);
    if (found && (!best || found.rank < best.rank)) best = found;
  }
  return best?.name;
}
