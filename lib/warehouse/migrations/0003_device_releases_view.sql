-- A fallback bundle that is made current again (activated, not enrolling) is not on trial by that.
-- Total: no expression here can throw on a row that update_events accepts.
CREATE MATERIALIZED VIEW IF NOT EXISTS rollguard.device_releases_view TO rollguard.device_releases AS
WITH
    toDateTime64('2299-12-31 00:00:00', 3, 'UTC') AS never,
    -- 1970 and not 1900: the engine's max() takes a DateTime64 before 1970 for a very late one (measured on 26.7).
    toDateTime64('1970-01-01 00:00:00', 3, 'UTC') AS always,
    toInt64(9223372036854775807) AS greatest,
    toInt64(-9223372036854775808) AS least,
    toUnixTimestamp64Milli(device_clock) * 8 AS clock
SELECT
    app_id,
    release,
    sipHash64(device_id) AS device,
    min(if(enrols,
        bitOr(bitOr(
            bitShiftLeft(toUInt256(toUInt64(toUnixTimestamp64Milli(received_at))), 192),
            bitShiftLeft(toUInt256(bitShiftRight(reinterpretAsUInt128(event_id), 64)), 128)),
        bitOr(
            bitShiftLeft(toUInt256(cityHash64(channel, platform, os_version, abi, app_version, is_production, is_emulator)), 64),
            toUInt256(source_network))),
        bitNot(toUInt256(0)))) AS enrolment,
    min(received_at) AS first_seen,
    max(received_at) AS last_seen,
    min(if(kind = 'download_completed', received_at, never)) AS first_downloaded_at,
    min(if(kind = 'activated' AND enrols, received_at, never)) AS first_activated_at,
    max(if(kind = 'activated' AND enrols, received_at, always)) AS last_activated_at,
    min(if(kind = 'install_completed', received_at, never)) AS first_installed_at,
    min(if(kind = 'activated' AND enrols, clock + 2, greatest)) AS first_activated_key,
    max(if(kind = 'activated' AND enrols, clock + 2, least)) AS last_activated_key,
    min(if(kind = 'install_completed', clock + 3, greatest)) AS first_installed_key,
    max(if(kind = 'install_completed', clock + 3, least)) AS last_installed_key,
    max(multiIf(kind = 'download_failed', clock, kind = 'install_failed', clock + 1, kind = 'rolled_back', clock + 4, least)) AS last_failed_key,
    min(if(kind = 'app_crashed', clock + 5, greatest)) AS first_crashed_key,
    max(if(kind = 'app_crashed', clock + 5, least)) AS last_crashed_key,
    groupBitOr(bitShiftLeft(toUInt16(1), toUInt8(indexOf(['update_checked', 'update_offered', 'download_started', 'download_progressed', 'download_completed', 'download_failed', 'activated', 'install_completed', 'install_failed', 'rolled_back', 'app_crashed'], kind)))) AS kinds
FROM rollguard.update_events
GROUP BY app_id, release, device
