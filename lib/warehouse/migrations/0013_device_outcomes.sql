-- The outcome of every enrolled device at one moment: the formula of `docs/counting.md`, written once for everybody.
-- Parameters: app, release ('' for all), as_of, confirm_ms (default of the product: 600000), silence_ms (3600000).
-- A crash counts when it lies after an activation, before the first proof, and within the confirm time of that activation.
CREATE OR REPLACE VIEW rollguard.device_outcomes AS
WITH
    toInt64(9223372036854775807) AS greatest,
    toInt64(-9223372036854775808) AS least,
    toInt64({confirm_ms:UInt32}) * 8 AS confirm_span,
    arrayMax(arrayMap(crash -> if(crash < first_installed_key
            AND ((crash > first_activated_key AND crash < first_activated_key + confirm_span)
              OR (crash > last_activated_key AND crash < last_activated_key + confirm_span)), crash, least),
        if(first_crashed_key = greatest, [least], [first_crashed_key, last_crashed_key]))) AS crash_key,
    greatest(last_failed_key, crash_key) AS failure_key,
    -- The confirm time of the newest activation may still run while that of an earlier one is over.
    multiIf(
        last_activated_key = least, least,
        addMilliseconds(last_activated_at, {confirm_ms:UInt32}) <= {as_of:DateTime64(3, 'UTC')}, last_activated_key,
        addMilliseconds(first_activated_at, {confirm_ms:UInt32}) <= {as_of:DateTime64(3, 'UTC')}, first_activated_key,
        least) AS presumed_key,
    greatest(last_installed_key, presumed_key) AS success_key
SELECT
    app_id,
    release,
    device,
    fromUnixTimestamp64Milli(toInt64(bitShiftRight(enrolment, 192)), 'UTC') AS enrolled_at,
    toUInt64(bitAnd(bitShiftRight(enrolment, 64), toUInt256(18446744073709551615))) AS segment,
    toUInt64(bitAnd(enrolment, toUInt256(18446744073709551615))) AS source_network,
    multiIf(
        failure_key != least AND failure_key > success_key, 'failed',
        success_key != least AND failure_key != least, 'healed',
        success_key != least, 'installed',
        addMilliseconds(enrolled_at, {silence_ms:UInt32}) <= {as_of:DateTime64(3, 'UTC')}, 'silent',
        'in_progress') AS outcome,
    outcome IN ('installed', 'healed') AND first_installed_key = greatest AS presumed,
    crash_key != least AS crash_counts,
    success_key,
    least(first_installed_at, if(first_activated_key = greatest, toDateTime64('2299-12-31 00:00:00', 3, 'UTC'), addMilliseconds(first_activated_at, {confirm_ms:UInt32}))) AS first_success_at,
    first_seen,
    last_seen,
    kinds
FROM
(
    SELECT
        app_id, release, device,
        min(enrolment) AS enrolment, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
        min(first_downloaded_at) AS first_downloaded_at, min(first_activated_at) AS first_activated_at,
        max(last_activated_at) AS last_activated_at, min(first_installed_at) AS first_installed_at,
        min(first_activated_key) AS first_activated_key, max(last_activated_key) AS last_activated_key,
        min(first_installed_key) AS first_installed_key, max(last_installed_key) AS last_installed_key,
        max(last_failed_key) AS last_failed_key, min(first_crashed_key) AS first_crashed_key,
        max(last_crashed_key) AS last_crashed_key, groupBitOr(kinds) AS kinds
    FROM rollguard.device_releases
    WHERE app_id = {app:String} AND ({release:String} = '' OR release = {release:String}) AND release != ''
    GROUP BY app_id, release, device
)
WHERE enrolment != bitNot(toUInt256(0))
