-- Events received by minute, retries included: for traffic charts, never for a rate.
CREATE TABLE IF NOT EXISTS rollguard.release_minutes
(
    app_id LowCardinality(String),
    release LowCardinality(String),
    minute DateTime('UTC'),
    kind LowCardinality(String),
    error_code LowCardinality(String),
    events SimpleAggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (app_id, release, minute, kind, error_code)
SETTINGS non_replicated_deduplication_window = 1000000
