const second = 1000;
const clockSteps = [10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400].map(
  (each) => each * second,
);
const labelWidth = 74;

/** Full times between two moments that leave room for their labels over so many pixels. */
export function clockTicks(first, end, width) {
  const most = Math.max(1, Math.floor(width / labelWidth));
  const day = clockSteps.at(-1);
  const step = clockSteps.find((each) => (end - first) / each <= most) ?? day * Math.ceil((end - first) / day / most);
  const times = [];
  for (let at = Math.ceil(first / step) * step; at <= end; at += step) times.push(at);
  return { step, times };
}

/** From 100 % down to a round share below the least rate, with some room, in four or five steps. */
export function rateTicks(leastRate) {
  const room = Math.max(0, leastRate - 0.03);
  for (const step of [0.02, 0.05, 0.1, 0.2, 0.25]) {
    const steps = Math.ceil((1 - room) / step - 1e-9);
    if (steps <= 5) {
      const ticks = Array.from({ length: steps + 1 }, (_, at) => 1 - at * step);
      return { least: Math.max(0, 1 - steps * step), ticks: ticks.filter((each) => each > -1e-9) };
    }
  }
  return { least: 0, ticks: [0, 0.25, 0.5, 0.75, 1] };
}

/** From 0 to a round number above the largest count, in two or three steps. */
export function countTicks(largest) {
  const magnitude = 10 ** Math.floor(Math.log10(largest));
  const step = [0.5, 1, 2, 5, 10].map((each) => Math.max(1, each * magnitude)).find((each) => largest / each <= 3);
  const steps = Math.ceil(largest / step);
  return { most: steps * step, ticks: Array.from({ length: steps + 1 }, (_, at) => at * step) };
}
