-- The enrolled devices that a release has harmed, with the receipt of their first hard failure: docs/counting.md, "Harm".
-- Parameters: app, release ('' for all), window_ms (default of the product: 86400000), confirm_ms (600000).
-- Everything here goes by the time of receipt, so that an event that comes later cannot take harm away. Only a crash counts
-- by the device's clock as well, as in device_outcomes: phones report crash and proof together, at the next launch.
CREATE OR REPLACE VIEW rollguard.device_harm AS
SELECT app_id, release, device, min(failed_at) AS harmed_at
FROM
(
    SELECT
        f.app_id AS app_id, f.release AS release, f.device AS device, f.kind AS kind, f.error_class AS error_class,
        arrayJoin([f.first_at, f.last_at]) AS failed_at,
        fromUnixTimestamp64Milli(toInt64(bitShiftRight(r.enrolment, 192)), 'UTC') AS enrolled_at,
        failed_at < r.first_installed_at
            AND ((failed_at > r.first_activated_at AND failed_at < addMilliseconds(r.first_activated_at, {confirm_ms:UInt32}))
              OR (failed_at > r.last_activated_at AND failed_at < addMilliseconds(r.last_activated_at, {confirm_ms:UInt32}))) AS unproven,
        r.crash_counts AS crash_counts
    FROM
    (
        SELECT app_id, release, device, kind, error_class, error_code,
            min(first_received_at) AS first_at, max(last_received_at) AS last_at
        FROM rollguard.device_failures
        WHERE app_id = {app:String} AND ({release:String} = '' OR release = {release:String}) AND release != ''
            AND (kind IN ('install_failed', 'rolled_back', 'app_crashed') OR (kind = 'download_failed' AND error_class = 'integrity'))
        GROUP BY app_id, release, device, kind, error_class, error_code
    ) AS f
    INNER JOIN
    (
        SELECT app_id, release, device,
            min(enrolment) AS enrolment, min(first_activated_at) AS first_activated_at,
            max(last_activated_at) AS last_activated_at, min(first_installed_at) AS first_installed_at,
            min(first_activated_key) AS activated, max(last_activated_key) AS activated_again, min(first_installed_key) AS proven,
            toInt64({confirm_ms:UInt32}) * 8 AS confirm_span,
            arrayExists(crash -> crash < proven AND ((crash > activated AND crash < activated + confirm_span)
                    OR (crash > activated_again AND crash < activated_again + confirm_span)),
                if(max(last_crashed_key) < min(first_crashed_key), [], [min(first_crashed_key), max(last_crashed_key)])) AS crash_counts
        FROM rollguard.device_releases
        WHERE app_id = {app:String} AND ({release:String} = '' OR release = {release:String}) AND release != ''
        GROUP BY app_id, release, device
        HAVING enrolment != bitNot(toUInt256(0))
    ) AS r ON r.app_id = f.app_id AND r.release = f.release AND r.device = f.device
)
WHERE failed_at >= enrolled_at AND failed_at <= addMilliseconds(enrolled_at, {window_ms:UInt32})
    AND (kind != 'app_crashed' OR unproven OR crash_counts)
GROUP BY app_id, release, device
