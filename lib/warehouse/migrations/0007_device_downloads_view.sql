CREATE MATERIALIZED VIEW IF NOT EXISTS rollguard.device_downloads_view TO rollguard.device_downloads AS
SELECT
    app_id,
    release,
    sipHash64(device_id) AS device,
    max(CAST((device_clock, ifNull(duration_ms, -1), ifNull(bytes, -1), network, region)
        AS Tuple(clock DateTime64(3, 'UTC'), duration_ms Int64, bytes Int64, network String, region String))) AS last
FROM rollguard.update_events
WHERE kind = 'download_completed'
GROUP BY app_id, release, device
