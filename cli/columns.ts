/** Rows of text in columns as wide as their longest entry; the last one keeps its own width. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = (at: number): number => Math.max(...rows.map((row) => row[at]?.length ?? 0));
  return rows
    .map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(width(at)))).join('  '))
    .join('\n');
}
