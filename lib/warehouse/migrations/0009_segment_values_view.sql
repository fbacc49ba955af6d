CREATE MATERIALIZED VIEW IF NOT EXISTS rollguard.segment_values_view TO rollguard.segment_values AS
SELECT DISTINCT
    cityHash64(channel, platform, os_version, abi, app_version, is_production, is_emulator) AS segment,
    channel,
    platform,
    os_version,
    abi,
    app_version,
    is_production,
    is_emulator
FROM rollguard.update_events
WHERE enrols
