-- The last completed download of a device on a release; -1 where the sender gave no figure.
CREATE TABLE IF NOT EXISTS rollguard.device_downloads
(
    app_id String,
    release String,
    device UInt64,
    last SimpleAggregateFunction(max, Tuple(clock DateTime64(3, 'UTC'), duration_ms Int64, bytes Int64, network String, region String))
)
ENGINE = AggregatingMergeTree
ORDER BY (app_id, release, device)
SETTINGS non_replicated_deduplication_window = 1000000
