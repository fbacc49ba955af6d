CREATE MATERIALIZED VIEW IF NOT EXISTS rollguard.release_minutes_view TO rollguard.release_minutes AS
SELECT app_id, release, toStartOfMinute(toDateTime(received_at, 'UTC')) AS minute, kind, error_code, log_id, log_partition, count() AS events
FROM rollguard.update_events
GROUP BY app_id, release, minute, kind, error_code, log_id, log_partition
