const whole = new Intl.NumberFormat('en');
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const shortClock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', hourCycle: 'h23' });

export const count = (value) => whole.format(value);
export const time = (ms) => clock.format(ms);
export const shortTime = (ms) => shortClock.format(ms);

/** A share with one digit; what is not all is never shown as 100.0 %, and what is not none never as 0.0 %. */
export function percent(share) {
  let tenths = Math.round(share * 1000);
  if (share < 1) tenths = Math.min(tenths, 999);
  if (share > 0) tenths = Math.max(tenths, 1);
  return `${(tenths / 10).toFixed(1)}\u202f%`;
}

/** An interval, rounded outwards so that it never claims more than it knows. */
export function interval(lower, upper) {
  const low = Math.floor(lower * 1000 + 1e-9) / 10;
  const high = Math.ceil(upper * 1000 - 1e-9) / 10;
  return `${low.toFixed(1)}–${high.toFixed(1)}\u202f%`;
}

/** A span of time in its largest fitting unit. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function devices(value) {
  return value === 1 ? '1 device' : `${count(value)} devices`;
}
