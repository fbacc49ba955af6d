import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { Problem } from './problem.ts';

const inflaters = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/** The body, inflated to at most `maxBytes`. Throws `body_too_large`, `unsupported_encoding`, `unreadable_body`. */
export async function readBody(raw: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (raw.length > maxBytes) throw new Problem('body_too_large');
  if (encoding === undefined || encoding === '' || encoding === 'identity') return raw;
  if (encoding !== 'gzip' && encoding !== 'deflate') throw new Problem('unsupported_encoding');
  try {
    return await inflaters[encoding](raw, { maxOutputLength: maxBytes });
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge ? new Problem('body_too_large') : new Problem('unreadable_body', 'The body cannot be decompressed.');
  }
}

/** The body as JSON; anything else is `unreadable_body`. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Problem('unreadable_body', 'The body is not JSON.');
  }
}
