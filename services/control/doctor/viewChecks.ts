import { setTimeout as delay } from 'node:timers/promises';
import {
  mostDifferences,
  viewDifferences,
  type Comparison,
  type Difference,
} from '../../../lib/warehouse/viewDifferences.ts';
import { readFillingViews, type FillingView } from '../../../lib/warehouse/views.ts';
import type { Warehouse } from '../../../lib/warehouse/warehouse.ts';
import { fail, ok, type Check } from './check.ts';

/** An insert that is under way shows in the raw rows a moment before it shows in the views. */
const rounds = 3;
const pauseMs = 300;

/** Each view against what the raw rows give when derived again. */
export async function viewChecks(warehouse: Warehouse, comparison: Comparison, span: string): Promise<Check[]> {
  const checks: Check[] = [];
  for (const view of await readFillingViews()) checks.push(await viewCheck(warehouse, view, comparison, span));
  return checks;
}

/** Only what differs in every round is a difference. */
async function viewCheck(
  warehouse: Warehouse,
  view: FillingView,
  comparison: Comparison,
  span: string,
): Promise<Check> {
  const name = `view_${view.target}`;
  let different: Difference[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const hashes = round === 0 ? undefined : different.map(({ hash }) => hash);
    different = await viewDifferences(warehouse, view, { ...comparison, hashes });
    if (different.length === 0) {
      const what = comparison.exact ? 'is what the raw rows give' : 'holds what the raw rows give';
      return ok(name, `${view.target} ${what}, ${span}.`);
    }
    if (round < rounds - 1) await delay(pauseMs);
  }
  const number = different.length < mostDifferences ? String(different.length) : `at least ${mostDifferences}`;
  return fail(
    name,
    `${view.target} disagrees with the raw rows for ${number} keys, such as ${different[0]!.key}.`,
    'Numbers about these devices or minutes are wrong. With the workers stopped, set the position of their group back to before them (Kafka: kafka-consumer-groups.sh --reset-offsets): for what is stored already the views are derived again.',
  );
}
