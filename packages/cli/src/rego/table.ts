// SPDX-License-Identifier: Apache-2.0

/** A table in a box, heads in the middle, cells at the left, as `opa` draws it. */
export function table(head: readonly string[] | undefined, rows: readonly (readonly string[])[]): string {
  const all = head ? [head, ...rows] : rows;
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? ''))));
  const rule = (left: string, middle: string, right: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  const line = (row: readonly string[], place: (text: string, width: number) => string): string =>
    `│${widths.map((width, column) => ` ${place(row[column] ?? '', width)} `).join('│')}│\n`;
  return [
    rule('┌', '┬', '┐'),
    ...(head ? [line(head, centred), rule('├', '┼', '┤')] : []),
    ...rows.map((row) => line(row, atLeft)),
    rule('└', '┴', '┘'),
  ].join('');
}

function lengthOf(text: string): number {
  return [...text].length;
}

function atLeft(text: string, width: number): string {
  return text + ' '.repeat(width - lengthOf(text));
}

function centred(text: string, width: number): string {
  const before = (width - lengthOf(text)) >> 1;
  return atLeft(' '.repeat(before) + text, width);
}
