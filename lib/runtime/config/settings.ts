import { bytes, choice, flag, integer, list, text } from './setting.ts';

const httpUrl = { pattern: /^https?:\/\/[^\s/@]+(\/\S*)?$/, form: 'an http(s) URL without a user in it' };
const longSecret = { pattern: /^\S{16,}$/, form: 'at least 16 characters without blanks' };
const ingestKey = { pattern: /^[A-Za-z0-9_-]{16,200}$/, form: '16 to 200 of A–Z, a–z, 0–9, _ and -' };

/**
 * Every setting of every service: the one source of the configuration's type, of the checks, of `--check-config` and of
 * `docs/reference/configuration.md`.
 */
export const settings = {
  dataDir: text(
    {
      env: 'ROLLGUARD_DATA_DIR',
      group: 'General',
      doc: 'Folder of everything this process keeps on disk; one process owns it.',
    },
    './data',
  ),
  logLevel: choice(
    { env: 'LOG_LEVEL', group: 'General', doc: 'Least severe line that is logged, as JSON on standard error.' },
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
  ),
  metricsHost: text(
    {
      env: 'ROLLGUARD_METRICS_HOST',
      group: 'General',
      doc: 'Address on which a lone gateway or worker answers `/metrics`, `/healthz` and `/readyz`.',
    },
    '127.0.0.1',
  ),
  metricsPort: integer(
    { env: 'ROLLGUARD_METRICS_PORT', group: 'General', doc: 'Port for the same; 0 takes any free one.' },
    9464,
    0,
    65535,
  ),
  shutdownSeconds: integer(
    {
      env: 'ROLLGUARD_SHUTDOWN_SECONDS',
      group: 'General',
      doc: 'Time for a graceful stop; afterwards the process exits anyway. Nothing acknowledged is lost either way.',
    },
    20,
    1,
    600,
  ),
  crashAt: text(
    {
      env: 'ROLLGUARD_CRASH_AT',
      group: 'General',
      doc: 'For tests: the name of a crash point, and after a colon the pass at which the process kills itself there.',
    },
    undefined,
    { pattern: /^[a-zA-Z0-9_.-]+(:\d+)?$/, form: '<crash point>[:<pass>]' },
  ),
  host: text({ env: 'ROLLGUARD_HOST', group: 'Gateway', doc: 'Address on which devices are served.' }, '0.0.0.0'),
  port: integer(
    { env: 'ROLLGUARD_PORT', group: 'Gateway', doc: 'Port for devices; 0 takes any free one.' },
    8080,
    0,
    65535,
  ),
  secret: text(
    {
      env: 'ROLLGUARD_SECRET',
      group: 'Gateway',
      secret: true,
      doc: "Key of the hash that stands for a sender's network; the same on every gateway. Embedded: made once and kept in the data directory when absent.",
    },
    undefined,
    longSecret,
  ),
  ingestKey: text(
    {
      env: 'ROLLGUARD_INGEST_KEY',
      group: 'Gateway',
      secret: true,
      doc: 'A preset ingest key for every app (`*`). Keys made by `rollguard keys create` are bound to one app and are better.',
    },
    undefined,
    ingestKey,
  ),
  trustedProxies: list(
    {
      env: 'ROLLGUARD_TRUSTED_PROXIES',
      group: 'Gateway',
      doc: 'Proxies in front of the gateway, whose `X-Forwarded-For` is believed. Without any, the peer of the connection is the sender.',
    },
    'addresses or CIDR ranges, separated by commas',
    [],
    /^[0-9a-fA-F.:]+(\/\d{1,3})?$/,
  ),
  maxBodyBytes: bytes(
    { env: 'ROLLGUARD_MAX_BODY_BYTES', group: 'Gateway', doc: 'Largest request body, after decompression.' },
    2 * 1024 ** 2,
    1024,
    64 * 1024 ** 2,
  ),
  maxBatchEvents: integer(
    { env: 'ROLLGUARD_MAX_BATCH_EVENTS', group: 'Gateway', doc: 'Most events in one request.' },
    500,
    1,
    100_000,
  ),
  keyEventsPerSecond: integer(
    {
      env: 'ROLLGUARD_KEY_EVENTS_PER_SECOND',
      group: 'Gateway',
      doc: 'Events a second that one ingest key may send to one gateway, ten seconds of it at once; 0 sets no limit.',
    },
    20_000,
    0,
    10_000_000,
  ),
  networkEventsPerSecond: integer(
    {
      env: 'ROLLGUARD_NETWORK_EVENTS_PER_SECOND',
      group: 'Gateway',
      doc: 'Events a second from one /24 (IPv4) or /48 (IPv6), ten seconds of it at once; 0 sets no limit.',
    },
    2_000,
    0,
    10_000_000,
  ),
  deviceEventsPerMinute: integer(
    {
      env: 'ROLLGUARD_DEVICE_EVENTS_PER_MINUTE',
      group: 'Gateway',
      doc: 'Events a minute from one device; 0 sets no limit.',
    },
    600,
    0,
    1_000_000,
  ),
  maxAppsPerKey: integer(
    {
      env: 'ROLLGUARD_MAX_APPS_PER_KEY',
      group: 'Gateway',
      doc: 'Different apps that one key may name in a day (UTC).',
    },
    200,
    1,
    100_000,
  ),
  maxReleasesPerKey: integer(
    {
      env: 'ROLLGUARD_MAX_RELEASES_PER_KEY',
      group: 'Gateway',
      doc: 'Different releases that one key may name in a day (UTC).',
    },
    500,
    1,
    1_000_000,
  ),
  spoolBytes: bytes(
    {
      env: 'ROLLGUARD_SPOOL_BYTES',
      group: 'Gateway',
      doc: 'Most the gateway keeps on disk while the log is away; 0 switches the spool off.',
    },
    1024 ** 3,
    0,
    1024 ** 4,
  ),
  controlHost: text(
    {
      env: 'ROLLGUARD_CONTROL_HOST',
      group: 'Operators',
      doc: 'Address of the operator API and the console: this machine only, unless told otherwise.',
    },
    '127.0.0.1',
  ),
  controlPort: integer(
    { env: 'ROLLGUARD_CONTROL_PORT', group: 'Operators', doc: 'Port for operators; 0 takes any free one.' },
    8081,
    0,
    65535,
  ),
  operatorKey: text(
    {
      env: 'ROLLGUARD_OPERATOR_KEY',
      group: 'Operators',
      secret: true,
      doc: 'A preset operator key with every scope; the verbs of the command line that talk to a running process use it too.',
    },
    undefined,
    ingestKey,
  ),
  allowedHosts: list(
    {
      env: 'ROLLGUARD_ALLOWED_HOSTS',
      group: 'Operators',
      doc: 'Host names under which the console may be opened, besides this machine’s own.',
    },
    'host names, separated by commas',
    [],
    /^[A-Za-z0-9.-]+(:\d+)?$/,
  ),
  controlUrl: text(
    {
      env: 'ROLLGUARD_CONTROL_URL',
      group: 'Operators',
      doc: 'Operator API that `keys`, `replay` and `doctor` talk to.',
    },
    'http://127.0.0.1:8081',
    httpUrl,
  ),
  kafkaBrokers: list(
    {
      env: 'ROLLGUARD_KAFKA_BROKERS',
      group: 'Log',
      doc: 'Kafka brokers to start from. Absent: the log lies in the data directory.',
    },
    '<host>:<port>, separated by commas',
    [],
    /^[^\s:,]+:\d{1,5}$/,
  ),
  kafkaPartitions: integer(
    {
      env: 'ROLLGUARD_KAFKA_PARTITIONS',
      group: 'Log',
      doc: 'Partitions of the event topic that `migrate` makes. More may be added later, fewer never.',
    },
    12,
    1,
    1000,
  ),
  kafkaSsl: flag({ env: 'ROLLGUARD_KAFKA_SSL', group: 'Log', doc: 'Speaks TLS with the brokers.' }, false),
  kafkaUser: text({ env: 'ROLLGUARD_KAFKA_USER', group: 'Log', doc: 'User for SASL; absent: no SASL.' }, undefined),
  kafkaPassword: text(
    { env: 'ROLLGUARD_KAFKA_PASSWORD', group: 'Log', secret: true, doc: 'Password for SASL.' },
    undefined,
  ),
  kafkaSasl: choice({ env: 'ROLLGUARD_KAFKA_SASL', group: 'Log', doc: 'Mechanism of SASL.' }, 'scram-sha-512', [
    'plain',
    'scram-sha-256',
    'scram-sha-512',
  ]),
  logPartitions: integer(
    {
      env: 'ROLLGUARD_LOG_PARTITIONS',
      group: 'Log',
      doc: 'Partitions of the event topic in a new data directory. One process gains nothing by more: each is an insert of its own.',
    },
    1,
    1,
    64,
  ),
  clickhouseUrl: text(
    {
      env: 'ROLLGUARD_CLICKHOUSE_URL',
      group: 'Warehouse',
      doc: 'ClickHouse over HTTP. Absent: the engine runs in this process, its files in the data directory.',
    },
    undefined,
    httpUrl,
  ),
  clickhouseUser: text({ env: 'ROLLGUARD_CLICKHOUSE_USER', group: 'Warehouse', doc: 'User of ClickHouse.' }, 'default'),
  clickhousePassword: text(
    { env: 'ROLLGUARD_CLICKHOUSE_PASSWORD', group: 'Warehouse', secret: true, doc: 'Password of that user.' },
    undefined,
  ),
  blockRows: integer(
    { env: 'ROLLGUARD_BLOCK_ROWS', group: 'Worker', doc: 'Most events in one block, which is one insert.' },
    100_000,
    1,
    1_000_000,
  ),
  blockBytes: bytes(
    { env: 'ROLLGUARD_BLOCK_BYTES', group: 'Worker', doc: 'Most bytes of events in one block.' },
    16 * 1024 ** 2,
    1024,
    256 * 1024 ** 2,
  ),
  blockMs: integer(
    {
      env: 'ROLLGUARD_BLOCK_MS',
      group: 'Worker',
      doc: 'Longest time an event waits for others to fill its block, ms.',
    },
    500,
    0,
    60_000,
  ),
  oldIntentSeconds: integer(
    {
      env: 'ROLLGUARD_OLD_INTENT_SECONDS',
      group: 'Worker',
      doc: 'After a crash, an insert begun longer ago is compared with the stored rows first, instead of trusting its token alone.',
    },
    600,
    0,
    86_400,
  ),
  rejectedPercent: integer(
    {
      env: 'ROLLGUARD_REJECTED_PERCENT',
      group: 'Worker',
      doc: 'Share of rejected events among the last 10,000 at which the worker stops, before it empties the topic into the dead letters.',
    },
    5,
    0,
    100,
  ),
  rejectedInARow: integer(
    { env: 'ROLLGUARD_REJECTED_IN_A_ROW', group: 'Worker', doc: 'Rejected events in a row at which the worker stops.' },
    1000,
    1,
    1_000_000,
  ),
  confirmSeconds: integer(
    {
      env: 'ROLLGUARD_CONFIRM_SECONDS',
      group: 'Counting',
      doc: 'An activated release with nothing bad in this time is presumed installed.',
    },
    600,
    0,
    2_592_000,
  ),
  silenceSeconds: integer(
    {
      env: 'ROLLGUARD_SILENCE_SECONDS',
      group: 'Counting',
      doc: 'A device that began and reported nothing final in this time is silent.',
    },
    3600,
    0,
    2_592_000,
  ),
  outcomeWindowSeconds: integer(
    {
      env: 'ROLLGUARD_OUTCOME_WINDOW_SECONDS',
      group: 'Counting',
      doc: 'A hard failure received within this time of a device’s enrolment is harm.',
    },
    86_400,
    1,
    2_592_000,
  ),
} as const;

/** The whole configuration, by the names of the table above. */
export type Config = { readonly [Name in keyof typeof settings]: (typeof settings)[Name]['fallback'] };
