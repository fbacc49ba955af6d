/** A page of generated Markdown. `source` is the file that somebody edits instead. */
export function page(title: string, source: string, ...parts: string[]): string {
  const note = `<!-- Generated from ${source} by \`npm run generate\`. Do not edit. -->`;
  return `${[note, `# ${title}`, ...parts].join('\n\n')}\n`;
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
