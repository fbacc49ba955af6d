import type { Page } from 'playwright-core';
import { waitFor } from '../waitFor.ts';

/** One request as it went over the wire, whether or not the page was then allowed to see the answer. */
export interface Exchange {
  status: number;
  /** Names of the cookies that were sent, with blanks between. */
  cookies: string;
  headers: Record<string, string>;
}

export interface Wire {
  /** The next exchange with an address, in the order of the answers. */
  next(url: string): Promise<Exchange>;
}

/** Watches a page below its own origin policy: a blocked answer is no answer to the page, but it is one here. */
export async function watchWire(page: Page): Promise<Wire> {
  const session = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  const sent = new Map<string, string>();
  const answered: (Omit<Exchange, 'cookies'> & { id: string })[] = [];
  session.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  session.on('Network.requestWillBeSentExtraInfo', ({ requestId, associatedCookies }) => {
    const used = associatedCookies.filter(({ blockedReasons }) => blockedReasons.length === 0);
    sent.set(requestId, used.map(({ cookie }) => cookie.name).join(' '));
  });
  session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode, headers }) => {
    answered.push({ id: requestId, status: statusCode, headers });
  });
  await session.send('Network.enable');
  return {
    async next(url) {
      const found = (): number => answered.findIndex(({ id }) => urls.get(id) === url);
      await waitFor(() => found() >= 0, { timeoutMs: 10_000, what: `an answer of ${url}` });
      const [{ id, ...exchange }] = answered.splice(found(), 1) as [(typeof answered)[number]];
      return { ...exchange, cookies: sent.get(id) ?? '' };
    },
  };
}
