import { RollguardError } from '../runtime/errors.ts';
import { identifier } from './literal.ts';
import { readMigrations, type Migration } from './migrate.ts';

/** A view that fills a table from the raw rows. */
export interface FillingView {
  target: string;
  /** Its own SELECT, reading whatever relation is given instead of all raw rows. */
  select(source: string): string;
}

const definition = /CREATE MATERIALIZED VIEW IF NOT EXISTS rollguard\.\w+ TO rollguard\.(\w+) AS\s+([\s\S]+)$/;
const rawRows = 'FROM rollguard.update_events';

/** The views as the migrations define them: whoever derives rows again runs the same text, not a copy of it. */
export function fillingViews(migrations: readonly Migration[]): FillingView[] {
  const views = new Map<string, FillingView>();
  for (const { sql, name } of migrations) {
    const [, target, body] = definition.exec(sql) ?? [];
    if (target === undefined || body === undefined) continue;
    if (body.split(rawRows).length !== 2) {
      throw new RollguardError('internal', `The view of ${name} does not read update_events exactly once.`);
    }
    // A later definition of the same target replaces the earlier one.
    views.set(target, {
      target: identifier(target),
      select: (source) => body.replace(rawRows, () => `FROM ${source}`),
    });
  }
  return [...views.values()];
}

export async function readFillingViews(): Promise<FillingView[]> {
  return fillingViews(await readMigrations());
}
