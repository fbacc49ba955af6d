import cliProgress from 'cli-progress';
import type { Progress } from '../tools/simulate/fleet.ts';

export interface FleetProgress {
  end(): void;
}

const plainEveryMs = 2000;
const barEveryMs = 200;
const ownLineEveryMs = 1000;
/** The rate shown is that of the last few seconds. */
const rateOverMs = 5000;

/** Shows how far a fleet is: a bar on a terminal, a line now and then in a file. `total`: phones, Infinity without an end. */
export function showFleet(read: () => Progress, total: number, stream: NodeJS.WriteStream): FleetProgress {
  const rate = createRate();
  const count = (value: number): string => value.toLocaleString('en');

  function words(): string {
    const { events, retries, trouble } = read();
    const parts = [`${count(events)} events`, `${count(Math.round(rate(events)))}/s`, `${count(retries)} retries`];
    if (trouble !== '') parts.push(`waiting: ${trouble}`);
    return parts.join(' · ');
  }

  if (stream.isTTY && Number.isFinite(total)) {
    const bar = new cliProgress.SingleBar({
      format: '{bar} {value}/{total} phones · {words} · ETA {eta_formatted}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      hideCursor: true,
      // The fleet hears the signals and ends the bar.
      gracefulExit: false,
      etaBuffer: 50,
      formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? count(value) : String(value)),
      stream,
    });
    bar.start(total, 0, { words: words() });
    const timer = setInterval(() => bar.update(read().devices, { words: words() }), barEveryMs);
    return {
      end() {
        clearInterval(timer);
        bar.update(read().devices, { words: words() });
        bar.stop();
      },
    };
  }
  const of = Number.isFinite(total) ? ` of ${count(total)}` : '';
  const line = (): string => `${count(read().devices)}${of} phones · ${words()}`;
  // A fleet without an end has no bar; on a terminal its one line is written again and again.
  const show = stream.isTTY ? () => stream.write(`\r${line()}\x1b[K`) : () => stream.write(`${line()}\n`);
  const timer = setInterval(show, stream.isTTY ? ownLineEveryMs : plainEveryMs);
  return {
    end() {
      clearInterval(timer);
      if (stream.isTTY) stream.write('\n');
    },
  };
}

/** Events a second over the last few seconds; call it with the count so far. */
function createRate(): (events: number) => number {
  const seen: { at: number; events: number }[] = [];
  return (events) => {
    const now = performance.now();
    seen.push({ at: now, events });
    while (seen.length > 2 && now - seen[1]!.at > rateOverMs) seen.shift();
    const { at, events: before } = seen[0]!;
    return now === at ? 0 : ((events - before) * 1000) / (now - at);
  };
}
