import type { Machine } from './machine.ts';
import type { Comparison, Ratio, Side } from './result.ts';
import type { Spread } from './spread.ts';

export function machineText({ cpu, cores, memoryGb, system, node, packages, load }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `${cores} cores of ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load before the start ${load.toFixed(2)}`,
    versions.join(', '),
  ].join('\n');
}

export function comparisonText({ title, notes, sides, ratios }: Comparison): string {
  const lines = [`\n${title}`, ...notes.map((note) => `  ${note}`), ...table(sides), ...ratios.map(ratioText)];
  return lines.join('\n');
}

function table(sides: readonly Side[]): string[] {
  const columns = Object.keys(sides[0]?.figures ?? {});
  const rows = [['', ...columns], ...sides.map(({ name, figures }) => [name, ...columns.map((c) => cell(figures[c]))])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(
    (row) =>
      `  ${row.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join('  ')}`,
  );
}

function cell(figure: Spread | undefined): string {
  return figure === undefined ? '' : `${short(figure.median)} (${short(figure.min)}–${short(figure.max)})`;
}

function ratioText({ name, value, aim }: Ratio): string {
  const { median, min, max } = value;
  const text = `  ratio ${name}: ${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  return aim === undefined ? text : `${text}   aim ${aim}: ${median >= aim ? 'met' : 'missed'}`;
}

/** Three digits are more than such figures are worth. */
function short(value: number): string {
  if (value >= 100) return Number(value.toPrecision(3)).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
