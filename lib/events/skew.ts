import type { UpdateEvent } from './generated/update-event.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EARLIEST_MS = Date.UTC(1900, 0, 1);
const LATEST_MS = Date.UTC(2300, 0, 1) - 1;

export type Clocks = Pick<UpdateEvent, 'occurred_at' | 'device_clock' | 'sent_at' | 'skew_ms'>;

/**
 * The times of an event, epoch ms. The device's clock is off by `received − sent` (its way included, a second at most);
 * that much is added to the time it gave. The corrected time is kept within received − 30 d … + 1 d, for a chart must not
 * be stretched by one wrong clock. The raw clock is kept as sent, within what the warehouse's DateTime64 holds (years
 * 1900 to 2299): only its order counts, within one device. Without `occurred` both are the time of receipt.
 */
export function correctClock(occurred: number | null, sent: number | null, received: number): Clocks {
  const sentAt = sent === null ? null : clamp(sent, EARLIEST_MS, LATEST_MS);
  const skew = sentAt === null ? 0 : received - sentAt;
  if (occurred === null) return { occurred_at: received, device_clock: received, sent_at: sentAt, skew_ms: skew };
  const raw = clamp(occurred, EARLIEST_MS, LATEST_MS);
  return {
    occurred_at: clamp(raw + skew, received - 30 * DAY_MS, received + DAY_MS),
    device_clock: raw,
    sent_at: sentAt,
    skew_ms: skew,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.round(value), least), most);
}
