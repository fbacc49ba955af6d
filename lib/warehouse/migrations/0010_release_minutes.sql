-- Events received by minute, retries included: for traffic charts, never for a rate. Sum over the partitions: they stand in
-- the key so that the owner of one can count its minutes anew while others write theirs.
CREATE TABLE IF NOT EXISTS rollguard.release_minutes
(
    app_id LowCardinality(String),
    release LowCardinality(String),
    minute DateTime('UTC'),
    kind LowCardinality(String),
    error_code LowCardinality(String),
    log_id LowCardinality(String),
    log_partition UInt32,
    events SimpleAggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (app_id, release, minute, kind, error_code, log_id, log_partition)
SETTINGS non_replicated_deduplication_window = 1000000
