-- What a segment id of device_releases stands for. Small: one row a combination ever seen.
CREATE TABLE IF NOT EXISTS rollguard.segment_values
(
    segment UInt64,
    channel LowCardinality(String),
    platform LowCardinality(String),
    os_version LowCardinality(String),
    abi LowCardinality(String),
    app_version LowCardinality(String),
    is_production Bool,
    is_emulator Bool
)
ENGINE = ReplacingMergeTree
ORDER BY segment
SETTINGS non_replicated_deduplication_window = 1000000
