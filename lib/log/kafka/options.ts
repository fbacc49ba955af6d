export interface KafkaOptions {
  /** `host:port` of some brokers of the cluster. */
  brokers: string[];
  /** The name brokers see in their logs; `rollguard` when not given. */
  clientId?: string;
  /** TLS with the certificates that Node trusts. */
  ssl?: boolean;
  sasl?: KafkaSasl;
  /** An append that has not been acked after so long fails with `log_unavailable`, ms; 5,000 when not given. */
  appendTimeoutMs?: number;
}

export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

export const DEFAULT_APPEND_TIMEOUT_MS = 5_000;
