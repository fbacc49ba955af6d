/** What shows that two sides have stored the same: rows, different places, and hashes over every column and every view. */
export interface Proof {
  rows: number;
  distinct: number;
  /** Over all columns of all rows, whatever their order. */
  hash: string;
  /** By view. */
  views: Record<string, string>;
}

const views = ['device_releases', 'device_failures', 'device_downloads', 'segment_values', 'release_minutes'];

export async function proofOf(query: (sql: string) => Promise<unknown[]>): Promise<Proof> {
  const first = async (sql: string): Promise<Record<string, string>> => (await query(sql))[0] as Record<string, string>;
  const raw = await first(
    `SELECT toString(count()) AS rows, toString(uniqExact(log_partition, log_offset)) AS distinct,
       toString(sum(cityHash64(formatRow('TSV', *)))) AS hash FROM rollguard.update_events`,
  );
  const proof: Proof = { rows: Number(raw.rows), distinct: Number(raw.distinct), hash: raw.hash!, views: {} };
  for (const view of views) {
    const row = await first(`SELECT toString(sum(cityHash64(*))) AS hash FROM rollguard.${view} FINAL`);
    proof.views[view] = row.hash!;
  }
  return proof;
}
