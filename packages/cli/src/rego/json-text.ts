// SPDX-License-Identifier: Apache-2.0

/** A JSON object whose members keep their order; those without a text are left out. */
export function objectText(members: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(members).flatMap(([name, text]) =>
    text === undefined ? [] : [`${JSON.stringify(name)}:${text}`],
  );
  return `{${written.join(',')}}`;
}

export function arrayText(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

/** Compact JSON laid out as Go's encoder does it: two spaces, nothing inside what is empty, and `<`, `>`, `&` escaped. */
export function indentJson(compact: string): string {
  const tokens = compact.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^"[\]{},:]+/g) ?? [];
  const out: string[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1] ?? '';
    if (token === '[' || token === '{') {
      const empty = next === ']' || next === '}';
      depth++;
      out.push(token, empty ? '' : newLine(depth));
    } else if (token === ']' || token === '}') {
      const before = tokens[at - 1] ?? '';
      const empty = before === '[' || before === '{';
      depth--;
      out.push(empty ? '' : newLine(depth), token);
    } else if (token === ',') out.push(token, newLine(depth));
    else out.push(token === ':' ? ': ' : escaped(token));
  }
  return out.join('');
}

/** Compact JSON as Go writes it. */
export function escapeJson(compact: string): string {
  return escaped(compact);
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

function escaped(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
