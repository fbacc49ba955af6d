const mostSamples = 1200;
const keptWhole = 400;

/** What the page has seen of one app since it was opened: samples by release, thinned out when they become many. */
export function createHistory() {
  const series = new Map();

  return {
    /** `gap`: the line is broken before this sample, because the server was away. */
    add(at, releases, gap) {
      for (const { release, success_rate: rate, devices } of releases) {
        let samples = series.get(release);
        if (samples === undefined) series.set(release, (samples = []));
        const { value, lower, upper, numerator, denominator } = rate;
        samples.push({ at, value, lower, upper, numerator, denominator, failed: devices.failed, gap });
        if (samples.length > mostSamples) series.set(release, thinned(samples));
      }
    },
    of: (release) => series.get(release) ?? [],
  };
}

/** Every second one of the older samples; the latest stay. A gap is kept with the next sample. */
function thinned(samples) {
  const old = samples.length - keptWhole;
  const kept = [];
  let gap = false;
  samples.forEach((sample, at) => {
    gap ||= sample.gap;
    if (at < old && at % 2 === 1) return;
    kept.push({ ...sample, gap });
    gap = false;
  });
  return kept;
}
