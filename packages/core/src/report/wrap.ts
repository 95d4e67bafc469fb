// SPDX-License-Identifier: Apache-2.0

/** Breaks lines before the word that would pass `width`; a word as long as a line is left whole. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  let wrapped = '';
  let column = 0;
  for (const [, spaces = '', word = ''] of line.matchAll(/([^\S\u00a0]*)((?:\S|\u00a0)*)/g)) {
    const length = [...word].length;
    if (length === 0) {
      // Spaces at the end stay if they fit, as ec's do.
      if (column + spaces.length <= width) wrapped += spaces;
      continue;
    }
    const firstTooFar = Math.max(width - column - spaces.length + 1, 1);
    const breaks = length >= firstTooFar && firstTooFar < width;
    wrapped += breaks ? `\n${word}` : spaces + word;
    column = breaks ? length : column + spaces.length + length;
  }
  return wrapped;
}
