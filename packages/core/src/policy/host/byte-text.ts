// SPDX-License-Identifier: Apache-2.0

/**
 * Text as Go holds it, in bytes: each character of such a string is one byte of UTF-8 (U+0000 to U+00FF). What percent
 * escapes spell may be no UTF-8 until a second decoding completes it, so bytes become text only at the end.
 */
export type ByteText = string;

export function toBytes(text: string): ByteText {
  return ascii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Each byte that belongs to no well-formed character becomes U+FFFD, as in Go; TextDecoder would join some of them. */
export function toText(bytes: ByteText): string {
  if (ascii.test(bytes)) return bytes;
  const wellFormed = bytes.replace(highBytes, (_, character?: string) => character ?? replacement);
  return Buffer.from(wellFormed, 'latin1').toString('utf8');
}

/** Decodes percent escapes as Go's url.PathUnescape; undefined where a `%` begins none. */
export function percentDecoded(bytes: ByteText): ByteText | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(bytes)) return undefined;
  return bytes.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Lower case as Go's strings.ToLower writes it. */
export function lowered(bytes: ByteText): ByteText {
  return ascii.test(bytes) ? bytes.toLowerCase() : toBytes(toText(bytes).replace(/./gsu, lowerCharacter));
}

/**
 * Lower case of one character in Unicode's simple mapping and in Unicode 15, which Go 1.26 knows: JavaScript lowers `İ` to
 * two code points, and knows the letters that came with Unicode 16 and 17.
 */
export function lowerCharacter(character: string): string {
  if (character === '\u0130') return 'i';
  return afterUnicode15.test(character) ? character : character.toLowerCase();
}

const afterUnicode15 = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
const ascii = /^[\x00-\x7f]*$/;

/** A well-formed character of several bytes (Unicode 17, table 3-7), or one byte above ASCII that is part of none. */
const highBytes = new RegExp(
  `(${[
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
  ].join('|')})|[\\x80-\\xff]`,
  'g',
);

/** U+FFFD in UTF-8. */
const replacement = '\xef\xbf\xbd';
