-- The state of one device on one release: only aggregates that give the same answer however often and in whatever order
-- an event arrives. Rows of release '' hold devices that only checked or launched; they count as active, never as outcomes.
--
-- enrolment: the earliest enrolling event wins as a whole. Receive ms, then the event id's low half (the tie-break), then
--   the segment and the network the device had at that moment: 64 bits each, so one `min` keeps them together.
-- *_key: the device's clock in ms times 8 plus the rank in the life cycle (download_failed 0, install_failed 1, activated 2,
--   install_completed 3, rolled_back 4, app_crashed 5): one number orders the events of a device, ties included.
--   Absent keys are the least or the greatest Int64, because a `minIf` without a match would store 0 and win every min.
CREATE TABLE IF NOT EXISTS rollguard.device_releases
(
    app_id String,
    release String,
    device UInt64,
    enrolment SimpleAggregateFunction(min, UInt256),
    first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    first_downloaded_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    first_activated_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_activated_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    first_installed_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    first_activated_key SimpleAggregateFunction(min, Int64),
    last_activated_key SimpleAggregateFunction(max, Int64),
    first_installed_key SimpleAggregateFunction(min, Int64),
    last_installed_key SimpleAggregateFunction(max, Int64),
    last_failed_key SimpleAggregateFunction(max, Int64),
    first_crashed_key SimpleAggregateFunction(min, Int64),
    last_crashed_key SimpleAggregateFunction(max, Int64),
    kinds SimpleAggregateFunction(groupBitOr, UInt16)
)
ENGINE = AggregatingMergeTree
ORDER BY (app_id, release, device)
SETTINGS non_replicated_deduplication_window = 1000000
