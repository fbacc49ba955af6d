import { list, nullable, object, text, word, type Json } from '../schema.ts';

export const verdicts = ['ok', 'warn', 'fail'] as const;
export type Verdict = (typeof verdicts)[number];

export const checkSchema = object({
  name: text('Stable name of the check.'),
  verdict: word(
    verdicts,
    '`warn`: look at it; `fail`: a promise of the delivery is broken, or a number elsewhere is wrong.',
  ),
  summary: text('What was found.'),
  next_step: nullable(text('What to do; null when there is nothing to do.')),
});

export const checksSchema = list(checkSchema, 'Every check that was made.');

export type Check = Json<typeof checkSchema>;

export function ok(name: string, summary: string): Check {
  return { name, verdict: 'ok', summary, next_step: null };
}

export function warn(name: string, summary: string, next_step: string): Check {
  return { name, verdict: 'warn', summary, next_step };
}

export function fail(name: string, summary: string, next_step: string): Check {
  return { name, verdict: 'fail', summary, next_step };
}

/** The gravest of the verdicts. */
export function worst(checks: readonly Check[]): Verdict {
  return [...verdicts].reverse().find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'ok';
}
