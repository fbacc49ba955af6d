import { count, interval, percent, shortTime, time } from './format.js';
import { clockTicks, countTicks, rateTicks } from './ticks.js';

const margin = { left: 46, right: 58, top: 24, bottom: 22 };
const rateHeight = 190;
const failedHeight = 96;
const gap = 36;
const height = margin.top + rateHeight + gap + failedHeight + margin.bottom;
const shortestMs = 60_000;
const labelHeight = 13;

/**
 * Two small charts over one axis of time: the success rate with its interval, and the failed devices. The first series is
 * the selected release; the others are drawn thin beside it. Pointer and arrow keys read a moment off, into `reading`.
 */
export function createChart(host, reading, announce) {
  const svg = shape('svg', { 'aria-hidden': 'true' });
  const [grid, lines, labels] = [shape('g'), shape('g'), shape('g')];
  const cursor = shape('line', { class: 'cursor' });
  const clip = shape('clipPath', { id: 'rate-area' });
  const clipBox = shape('rect');
  clip.append(clipBox);
  svg.append(clip, grid, lines, labels, cursor);
  host.append(svg);

  let series = [];
  let scale;
  /** The moment that is read off; undefined: the latest. */
  let chosen;

  function draw(next) {
    if (next[0]?.name !== series[0]?.name) chosen = undefined;
    series = next;
    const width = host.clientWidth;
    const main = series[0]?.samples ?? [];
    if (width === 0 || main.length === 0) return;
    scale = scales(width, series);
    place(svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    place(clipBox, { x: margin.left, y: margin.top, width: scale.right - margin.left, height: rateHeight });
    drawGrid(grid, scale);
    drawLines(lines, scale, series);
    drawLabels(labels, scale, series);
    read();
  }

  function read() {
    const { samples, name } = series[0];
    const sample = nearest(samples, chosen ?? Infinity);
    const x = chosen === undefined ? undefined : scale.x(sample.at);
    place(
      cursor,
      x === undefined
        ? { visibility: 'hidden' }
        : { visibility: 'visible', x1: x, x2: x, y1: margin.top, y2: height - margin.bottom },
    );
    const words =
      sample.denominator === 0
        ? 'no data'
        : `${percent(sample.value)} (${interval(sample.lower, sample.upper)}), ${count(sample.failed)} failed`;
    const others = series.slice(1).flatMap(({ name: other, samples: theirs }) => {
      const theirSample = theirs.length > 0 ? nearest(theirs, sample.at) : undefined;
      return theirSample !== undefined && theirSample.denominator > 0 ? `${other}: ${percent(theirSample.value)}` : [];
    });
    const text = `${time(sample.at)} · ${[`${name}: ${words}`, ...others].join(' · ')}`;
    if (reading.textContent !== text) reading.textContent = text;
    return text;
  }

  host.addEventListener('pointermove', ({ clientX }) => {
    if (scale === undefined) return;
    chosen = scale.timeAt(clientX - host.getBoundingClientRect().left);
    read();
  });
  host.addEventListener('pointerleave', () => {
    chosen = undefined;
    if (scale !== undefined) read();
  });
  host.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || scale === undefined) return;
    event.preventDefault();
    const { samples } = series[0];
    const at = samples.indexOf(nearest(samples, chosen ?? Infinity));
    chosen = samples[Math.min(Math.max(at + step, 0), samples.length - 1)].at;
    announce(read());
  });
  host.addEventListener('blur', () => {
    chosen = undefined;
    if (scale !== undefined) read();
  });
  new ResizeObserver(() => draw(series)).observe(host);
  return { draw };
}

function scales(width, series) {
  const samples = series.flatMap((each) => each.samples);
  const [first, last] = [series[0].samples[0].at, series[0].samples.at(-1).at];
  const end = Math.max(last, first + shortestMs);
  const rates = samples.flatMap(({ value }) => value ?? []);
  const { least, ticks: rate } = rateTicks(rates.length === 0 ? 0 : Math.min(...rates));
  const { most, ticks: failed } = countTicks(Math.max(1, ...samples.map((sample) => sample.failed)));
  const right = width - margin.right;
  const failedTop = margin.top + rateHeight + gap;
  return {
    first,
    right,
    failedTop,
    x: (at) => margin.left + ((at - first) / (end - first)) * (right - margin.left),
    timeAt: (x) => first + ((x - margin.left) / (right - margin.left)) * (end - first),
    rate: (value) => margin.top + ((1 - value) / (1 - least)) * rateHeight,
    failed: (value) => failedTop + (1 - value / most) * failedHeight,
    ticks: { rate, failed, clock: clockTicks(first, end, right - margin.left) },
  };
}

function drawGrid(grid, scale) {
  const nodes = [];
  const across = (y) => nodes.push(shape('line', { class: 'grid', x1: margin.left, x2: scale.right, y1: y, y2: y }));
  const title = (y, text) => nodes.push(written('title', margin.left, y, text, 'start'));
  for (const value of scale.ticks.rate) {
    across(scale.rate(value));
    nodes.push(written('tick', margin.left - 8, scale.rate(value) + 4, `${Math.round(value * 100)} %`, 'end'));
  }
  for (const value of scale.ticks.failed) {
    across(scale.failed(value));
    nodes.push(written('tick', margin.left - 8, scale.failed(value) + 4, count(value), 'end'));
  }
  title(margin.top - 10, 'Success rate');
  title(scale.failedTop - 10, 'Failed devices');
  const { step, times } = scale.ticks.clock;
  for (const at of times) {
    const text = step < 60_000 ? time(at) : shortTime(at);
    nodes.push(written('tick', scale.x(at), height - 6, text, 'middle'));
  }
  grid.replaceChildren(...nodes);
}

function drawLines(lines, scale, series) {
  const nodes = [];
  for (const [at, { samples }] of [...series.entries()].reverse()) {
    const known = samples.filter(({ at: when, value }) => value !== null && when >= scale.first);
    const main = at === 0;
    if (main) nodes.push(shape('path', { class: 'band', d: band(known, scale), 'clip-path': 'url(#rate-area)' }));
    const role = main ? 'main' : 'other';
    nodes.push(
      shape('path', { class: `line rate ${role}`, d: path(known, scale.x, ({ value }) => scale.rate(value)) }),
      shape('path', {
        class: `line failures ${role}`,
        d: path(
          samples.filter(({ at: when }) => when >= scale.first),
          scale.x,
          ({ failed }) => scale.failed(failed),
        ),
      }),
    );
  }
  lines.replaceChildren(...nodes);
}

/** The name of each release at the end of its lines, moved apart where they would lie on each other. */
function drawLabels(labels, scale, series) {
  const nodes = [];
  for (const yOf of [
    ({ value }) => (value === null ? undefined : scale.rate(value)),
    ({ failed }) => scale.failed(failed),
  ]) {
    const ends = series.flatMap(({ name, samples }, at) => {
      const last = samples.at(-1);
      const y = last === undefined ? undefined : yOf(last);
      return y === undefined ? [] : { name, y, x: scale.x(last.at), role: at === 0 ? 'main' : 'other' };
    });
    ends.sort((left, right) => left.y - right.y);
    ends.forEach((end, at) => {
      nodes.push(shape('circle', { class: `dot ${end.role}`, cx: end.x, cy: end.y, r: 2.5 }));
      if (at > 0) end.y = Math.max(end.y, ends[at - 1].y + labelHeight);
      nodes.push(
        written(
          `end ${end.role}`,
          end.x + 6,
          end.y + 4,
          end.name.length > 9 ? `${end.name.slice(0, 8)}…` : end.name,
          'start',
        ),
      );
    });
  }
  labels.replaceChildren(...nodes);
}

function path(samples, x, y) {
  return samples
    .map((sample, at) => `${at === 0 || sample.gap ? 'M' : 'L'}${x(sample.at).toFixed(1)} ${y(sample).toFixed(1)}`)
    .join('');
}

/** The area between the interval's ends, one piece between two gaps. */
function band(samples, scale) {
  const pieces = [];
  for (const sample of samples) {
    if (sample.gap || pieces.length === 0) pieces.push([]);
    pieces.at(-1).push(sample);
  }
  const point = ({ at }, value) => `${scale.x(at).toFixed(1)} ${scale.rate(value).toFixed(1)}`;
  return pieces
    .map((piece) => {
      const upper = piece.map((sample) => point(sample, sample.upper));
      const lower = piece.map((sample) => point(sample, sample.lower)).reverse();
      return `M${[...upper, ...lower].join('L')}Z`;
    })
    .join('');
}

function nearest(samples, at) {
  if (at === Infinity) return samples.at(-1);
  return samples.reduce((best, each) => (Math.abs(each.at - at) < Math.abs(best.at - at) ? each : best));
}

function shape(tag, attributes = {}) {
  return place(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes);
}

function written(className, x, y, text, anchor) {
  const node = shape('text', { class: className, x, y, 'text-anchor': anchor });
  node.textContent = text;
  return node;
}

function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}
