-- Why devices failed: one row a device, release and reason. Receive times feed harm, clocks feed the outcome's order.
CREATE TABLE IF NOT EXISTS rollguard.device_failures
(
    app_id String,
    release String,
    kind String,
    error_class String,
    error_code String,
    device UInt64,
    first_received_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    last_clock SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    sample_message SimpleAggregateFunction(max, String)
)
ENGINE = AggregatingMergeTree
ORDER BY (app_id, release, kind, error_class, error_code, device)
SETTINGS non_replicated_deduplication_window = 1000000
