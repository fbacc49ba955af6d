import { readFileSync } from 'node:fs';

/** The first table under a heading of a page in `docs/dialects`: its rows, the head left out, without code marks. */
export function tableOf(page: string, heading: string): string[][] {
  const text = readFileSync(`docs/dialects/${page}.md`, 'utf8');
  const section = text.split(/^#+ /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${page}.md has no heading '${heading}'`);
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
