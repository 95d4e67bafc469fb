// SPDX-License-Identifier: Apache-2.0

/**
 * Strings as Go sees them: sequences of UTF-8 bytes that are measured in code points.
 *
 * Decoding base64 or hexadecimal can give bytes that are no UTF-8, and policies turn such strings into digests. Each
 * such byte is kept as a lone low surrogate (U+DC80 to U+DCFF), which nothing else can produce, and becomes that byte
 * again when the string is encoded; shown to anybody it is U+FFFD, as in Go.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

/** The UTF-8 bytes of a string. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return new Uint8Array(Buffer.from(text, 'utf8'));
  const parts: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else parts.push(...Buffer.from(character, 'utf8'));
  }
  return new Uint8Array(parts);
}

/** Number of code points. */
export function codePointCount(text: string): number {
  let total = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) total--;
  }
  return total;
}

/** Whether positions in the string are the same in bytes, UTF-16 units and code points. */
export function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeBroken(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    text +=
      length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : strict.decode(bytes.subarray(at, at + length));
    at += length || 1;
  }
  return text;
}

/** Length of the well-formed sequence at a position; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] ?? 0;
  if (second < (lowestSecond.get(lead) ?? 0x80) || second > (highestSecond.get(lead) ?? 0xbf)) return 0;
  for (let next = at + 2; next < at + length; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

// The second bytes that would spell overlong forms, surrogates or what is beyond Unicode.
const lowestSecond: ReadonlyMap<number, number> = new Map([
  [0xe0, 0xa0],
  [0xf0, 0x90],
]);
const highestSecond: ReadonlyMap<number, number> = new Map([
  [0xed, 0x9f],
  [0xf4, 0x8f],
]);
