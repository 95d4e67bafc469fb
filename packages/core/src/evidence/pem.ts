// SPDX-License-Identifier: Apache-2.0

/**
 * The DER bytes of each block of one kind in a PEM text (RFC 7468). Found by search, in time that grows with the text
 * alone: whoever attaches evidence chooses the text, and an expression could be led to try every pair of markers.
 */
export function pemBlocks(text: string, label: string): readonly Uint8Array[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Uint8Array[] = [];
  for (let at = text.indexOf(begin); at >= 0; ) {
    const from = at + begin.length;
    const to = text.indexOf(end, from);
    if (to < 0) break;
    blocks.push(Buffer.from(text.slice(from, to), 'base64'));
    at = text.indexOf(begin, to + end.length);
  }
  return blocks;
}

/** One block as Go writes it: lines of 64 characters and a final newline. */
export function pemText(der: Uint8Array, label: string): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
