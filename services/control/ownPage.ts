import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.ts';

/** The header that the console's scripts set on every write: no form and no other origin can. */
export const consoleHeader = 'x-rollguard-console';

/**
 * Lets a request that the session's cookie vouches for pass only when the console's own page sent it; throws `wrong_origin`
 * or `console_header_missing`.
 *
 * Cookies know no ports, and neither does SameSite: a page on the device port, or any other server of this host, sends the
 * cookie along. What tells them apart is `Sec-Fetch-Site` and `Origin`, which a script cannot set. A browser that sends
 * neither (plain HTTP to a host other than loopback) may read only what its own origin policy then hides from other pages;
 * a write needs one of the two, and the console's header. `none` is a person who typed the address.
 */
export function requireOwnPage(method: string, headers: IncomingHttpHeaders): void {
  const reads = method === 'GET' || method === 'HEAD';
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const ownSite = site === undefined || site === 'same-origin' || (site === 'none' && reads);
  const ownOrigin = origin === undefined || hostOf(origin) === headers.host;
  if (!ownSite || !ownOrigin) throw new Problem('wrong_origin');
  if (reads) return;
  if (site === undefined && origin === undefined) throw new Problem('wrong_origin');
  if (headers[consoleHeader] === undefined) throw new Problem('console_header_missing');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
