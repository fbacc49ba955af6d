CREATE MATERIALIZED VIEW IF NOT EXISTS rollguard.device_failures_view TO rollguard.device_failures AS
SELECT
    app_id,
    release,
    kind,
    error_class,
    error_code,
    sipHash64(device_id) AS device,
    min(received_at) AS first_received_at,
    max(received_at) AS last_received_at,
    max(device_clock) AS last_clock,
    max(error_message) AS sample_message
FROM rollguard.update_events
WHERE kind IN ('download_failed', 'install_failed', 'rolled_back', 'app_crashed')
GROUP BY app_id, release, kind, error_class, error_code, device
