-- Log records that could not be stored, with where they came from and why. `value_base64` is the record as it lay in the log.
CREATE TABLE IF NOT EXISTS rollguard.rejected_events
(
    rejected_at DateTime64(3, 'UTC'),
    code LowCardinality(String),
    reason String,
    step LowCardinality(String),
    origin_log String,
    origin_topic LowCardinality(String),
    origin_partition UInt32,
    origin_offset UInt64,
    origin_timestamp DateTime64(3, 'UTC'),
    schema_id Int64,
    app_id String,
    device_id String,
    key_base64 String,
    value_base64 String,
    log_id String,
    log_partition UInt32,
    log_offset UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(rejected_at)
ORDER BY (rejected_at, origin_topic, origin_partition, origin_offset)
TTL toDateTime(rejected_at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 1000000, ttl_only_drop_parts = 1
