/** What `POST /v1/rejected/replay` answers, as far as a summary needs it. */
export interface ReplayAnswer {
  dry_run: boolean;
  replayed: number;
  already_stored: number;
  refused: number;
  results: {
    origin: { topic: string; partition: number; offset: number };
    status: string;
    code: string | null;
    reason: string | null;
  }[];
  next: string | null;
}

/** All pages of a replay in words: how many, and each reason of refusal with where it is met first. */
export function summary(answers: readonly ReplayAnswer[]): string {
  const sum = (of: (answer: ReplayAnswer) => number): number =>
    answers.reduce((total, answer) => total + of(answer), 0);
  const dry = answers.every((answer) => answer.dry_run);
  const lines = [
    `${sum((answer) => answer.replayed)} ${dry ? 'would be replayed' : 'replayed'}, ` +
      `${sum((answer) => answer.already_stored)} stored already, ${sum((answer) => answer.refused)} refused`,
  ];
  const refusals = new Map<string, { count: number; first: string }>();
  for (const { origin, status, code, reason } of answers.flatMap((answer) => answer.results)) {
    if (status !== 'refused') continue;
    const why = `${code ?? 'unknown'}: ${reason ?? ''}`;
    const before = refusals.get(why);
    const first = before?.first ?? `partition ${origin.partition}, offset ${origin.offset}`;
    refusals.set(why, { count: (before?.count ?? 0) + 1, first });
  }
  for (const [why, { count, first }] of refusals) lines.push(`  ${count} × ${why} First: ${first}.`);
  if (dry) lines.push('Nothing was written: --yes does it.');
  return lines.join('\n');
}
