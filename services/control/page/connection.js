import { byId, setText } from './dom.js';
import { span, time } from './format.js';
import { askForKey } from './signIn.js';

const everyMs = 1500;
const hiddenEveryMs = 10_000;
const longestPauseMs = 15_000;
/** Without an event for so long the page says so. */
const noDataMs = 10 * 60 * 1000;

/**
 * Reads again and again, and tells how far what is shown can be believed: live, without data, or disconnected since when.
 * After a failure it waits longer each time; what was read last stays on the screen, greyed. When the session is over it
 * asks for a key and goes on.
 */
export function createConnection(read, announce) {
  let failures = 0;
  /** When the first of the failures was, epoch ms. */
  let lostAt;
  let gap = false;
  let wake = () => undefined;
  let again = false;

  function pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function lost(error, waitMs) {
    if (lostAt === undefined) announce('Disconnected');
    lostAt ??= Date.now();
    gap = true;
    document.body.classList.add('stale');
    setState('lost', `disconnected since ${time(lostAt)}`);
    const banner = byId('banner');
    banner.hidden = false;
    setText(
      banner,
      `Disconnected since ${time(lostAt)}: the numbers are those of that moment. ${error.message} Trying again in ${span(waitMs)}.`,
    );
  }

  function found() {
    if (lostAt !== undefined) announce('Connected again');
    failures = 0;
    lostAt = undefined;
    document.body.classList.remove('stale');
    byId('banner').hidden = true;
  }

  /** Runs a call until it succeeds; a session that is over is renewed in between. */
  async function insist(call, renewed) {
    for (;;) {
      try {
        const result = await call();
        found();
        return result;
      } catch (error) {
        if (error.signedOut) {
          document.body.classList.add('stale');
          renewed(await askForKey('The session is over. Sign in to go on.'));
          continue;
        }
        failures += 1;
        const waitMs = Math.min(longestPauseMs, everyMs * 2 ** (failures - 1));
        lost(error, waitMs);
        await pause(waitMs);
      }
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) wake();
  });
  addEventListener('online', () => wake());

  return {
    /** Reads at once instead of waiting for its turn. */
    now() {
      again = true;
      wake();
    },
    /** Tells how old what was read is: the server's clock at the reading, and its newest event, epoch ms. */
    fresh(asOf, newest) {
      const age = asOf - newest;
      const words = age >= noDataMs ? `no data for ${span(age)}` : `newest event ${span(age)} ago`;
      setState(age >= noDataMs ? 'no-data' : 'live', `as of ${time(asOf)} · ${words}`);
    },
    empty: () => setState('no-data', 'no data yet'),
    async start(firstSession, renewed) {
      renewed(await insist(firstSession, renewed));
      for (;;) {
        again = false;
        await insist(async () => {
          const broken = gap;
          await read(broken);
          gap = false;
        }, renewed);
        if (!again) await pause(document.hidden ? hiddenEveryMs : everyMs);
      }
    },
  };
}

function setState(state, text) {
  byId('freshness').dataset.state = state;
  setText(byId('freshness-text'), text);
}
