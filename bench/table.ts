/** Prints a Markdown table. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  console.log([`\n### ${title}\n`, line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function ratio(value: number, of: number): string {
  return `${(value / of).toFixed(2)}x`;
}
