import type { FaultCode } from '../../lib/events/reader.ts';

/**
 * The outcomes of an event at the gateway. Each event ends in exactly one of them, and each is a label of
 * `rollguard_gateway_events_total`:
 *
 * - `accepted`: durable in the log; `spooled`: durable in the spool, on its way to the log
 * - `dropped_device_limit`: over the limit of its device, in a dialect whose client must not be refused
 * - `rejected_*`: refused by itself, the sender being told why where the dialect has a way to
 * - `refused_*`: refused with its whole request, which may be sent again
 */
export type Outcome =
  | 'accepted'
  | 'spooled'
  | 'dropped_device_limit'
  | `rejected_${RejectCode}`
  | 'refused_overloaded'
  | 'refused_rate_limited';

/** Codes of a single event in `rejected[]`; stable. */
export type RejectCode = FaultCode | 'app_not_allowed' | 'too_many_apps' | 'too_many_releases' | 'rate_limited';

/** Why one event was refused. `message` never quotes a value. */
export interface Rejection {
  code: RejectCode;
  field: string;
  message: string;
}
