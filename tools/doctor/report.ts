/** What `GET /v1/doctor` answers, as far as a report needs it. */
export interface Diagnosis {
  healthy: boolean;
  verdict: string;
  deep: boolean;
  as_of: string;
  checks: { name: string; verdict: string; summary: string; next_step: string | null }[];
}

/** The checks as a table, each with what to do under it, and a last line for those who read only that. */
export function report({ verdict, deep, as_of, checks }: Diagnosis): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, verdict: own, summary, next_step }) => [
    `${own.padEnd(4)}  ${name.padEnd(width)}  ${summary}`,
    ...(next_step === null ? [] : [`${' '.repeat(width + 8)}→ ${next_step}`]),
  ]);
  const counts = ['ok', 'warn', 'fail'].map(
    (each) => `${checks.filter((check) => check.verdict === each).length} ${each}`,
  );
  const scope = deep ? 'everything that is kept' : 'what is recent; --deep looks at everything';
  return [...lines, '', `${verdict}: ${counts.join(', ')}; ${scope}; as of ${as_of}`].join('\n');
}
