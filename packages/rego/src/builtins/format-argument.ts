// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { formatDouble } from './format-double.ts';
import { pad, type Spec } from './format-spec.ts';
import { encodeUtf8 } from './text.ts';

/** An argument of Sprintf with the type it has in Go. */
export type FormatArgument =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'int64' | '*big.Int'; readonly integer: bigint }
  | { readonly type: 'float64'; readonly double: number };

/** Name of an argument's Go type. */
export function typeName(argument: FormatArgument): string {
  return argument.type;
}

/** One argument in the form a verb asks for; what the verb does not know is said as Go says it. */
export function formatArgument(argument: FormatArgument, verb: string, spec: Readonly<Spec>): string {
  if (verb === 'T') return padString(argument.type, spec);
  switch (argument.type) {
    case 'string':
      return formatString(argument, verb, spec);
    case 'int64':
      return formatInt64(argument, verb, spec);
    case '*big.Int':
      return formatBigInt(argument.integer, verb, spec);
    case 'float64':
      return formatDouble(argument.double, verb, spec) ?? badVerb(verb, argument, spec);
  }
}

/** `%!d(string=text)`. */
export function badVerb(verb: string, argument: FormatArgument, spec: Readonly<Spec>): string {
  return `%!${verb}(${argument.type}=${formatArgument(argument, 'v', spec)})`;
}

function padString(text: string, spec: Readonly<Spec>): string {
  return pad(spec.precision === undefined ? text : [...text].slice(0, spec.precision).join(''), spec);
}

type StringArgument = Extract<FormatArgument, { type: 'string' }>;
type IntegerArgument = Extract<FormatArgument, { integer: bigint }>;

function formatString(argument: StringArgument, verb: string, spec: Readonly<Spec>): string {
  switch (verb) {
    case 'v':
      return spec.sharp ? quoted(argument.text, { ...spec, sharp: false }) : padString(argument.text, spec);
    case 's':
      return padString(argument.text, spec);
    case 'q':
      return quoted(argument.text, spec);
    case 'x':
      return hexadecimal(argument.text, spec);
    case 'X':
      return hexadecimal(argument.text, spec, true);
    default:
      return badVerb(verb, argument, spec);
  }
}

function quoted(text: string, spec: Readonly<Spec>): string {
  const cut = spec.precision === undefined ? text : [...text].slice(0, spec.precision).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go's backquotes hold no control character but the tab
  if (spec.sharp && !/[\x00-\x08\x0a-\x1f`\x7f\ufeff]/.test(cut) && cut.isWellFormed()) return pad(`\`${cut}\``, spec);
  return pad(spec.plus ? quoteAscii(cut) : quote(cut), spec);
}

function quoteAscii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
  return quote(text).replace(/[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
}

function hexadecimal(text: string, spec: Readonly<Spec>, upper = false): string {
  const bytes = encodeUtf8(text).subarray(0, spec.precision);
  const parts = [...bytes].map((byte) => hex(byte, 2));
  const prefix = spec.sharp && parts.length > 0 ? '0x' : '';
  const joined = prefix + parts.join(spec.space ? ` ${prefix}` : '');
  return pad(upper ? joined.toUpperCase() : joined, spec);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

function formatInt64(argument: IntegerArgument, verb: string, spec: Readonly<Spec>): string {
  const { integer } = argument;
  switch (verb) {
    case 'v':
    case 'd':
      return int64Text(integer, 10, '', spec);
    case 'b':
      return int64Text(integer, 2, spec.sharp ? '0b' : '', spec);
    case 'o':
      return int64Text(integer, 8, spec.sharp ? '0' : '', spec);
    case 'O':
      return int64Text(integer, 8, spec.sharp ? '0o0' : '0o', spec);
    case 'x':
      return int64Text(integer, 16, spec.sharp ? '0x' : '', spec);
    case 'X':
      return int64Text(integer, 16, spec.sharp ? '0X' : '', spec).toUpperCase();
    case 'c':
      return pad(runeOf(integer), spec);
    case 'q':
      return pad(quoteRune(runeOf(integer), spec.plus), spec);
    case 'U':
      return unicodeText(integer, spec);
    default:
      return badVerb(verb, argument, spec);
  }
}

function int64Text(integer: bigint, base: number, prefix: string, spec: Readonly<Spec>): string {
  const magnitude = (integer < 0n ? -integer : integer).toString(base);
  if (spec.precision === 0 && integer === 0n) return ' '.repeat(spec.width ?? 0);
  const sign = signText(integer < 0n, spec);
  const fill = spec.zero && !spec.minus && spec.width !== undefined ? spec.width - sign.length : 0;
  const digits = magnitude.padStart(spec.precision ?? fill, '0');
  // An octal prefix is one more zero, unless a zero is there.
  const shown = prefix === '0' && digits.startsWith('0') ? digits : prefix + digits;
  return pad(sign + shown, { ...spec, zero: false });
}

function signText(negative: boolean, spec: Readonly<Spec>): string {
  if (negative) return '-';
  if (spec.plus) return '+';
  return spec.space ? ' ' : '';
}

/** What is no code point is U+FFFD. */
function runeOf(integer: bigint): string {
  const valid = integer >= 0n && integer <= 0x10ffffn && !(integer >= 0xd800n && integer <= 0xdfffn);
  return String.fromCodePoint(valid ? Number(integer) : 0xfffd);
}

function quoteRune(character: string, ascii: boolean): string {
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  const inside = ascii ? quoteAscii(character) : quote(character);
  return `'${inside.slice(1, -1)}'`;
}

function unicodeText(integer: bigint, spec: Readonly<Spec>): string {
  const digits = BigInt.asUintN(64, integer).toString(16).toUpperCase();
  const shown = `U+${digits.padStart(Math.max(4, spec.precision ?? 0), '0')}`;
  const character = runeOf(integer);
  const printable = spec.sharp && integer <= 0x10ffffn && quote(character) === `"${character}"`;
  return pad(printable ? `${shown} '${character}'` : shown, { ...spec, zero: false });
}

/** big.Int formats itself, with rules of its own for padding. */
function formatBigInt(integer: bigint, verb: string, spec: Readonly<Spec>): string {
  const base = bigBases[verb];
  if (base === undefined) return `%!${verb}(big.Int=${integer})`;
  const magnitude = (integer < 0n ? -integer : integer).toString(base);
  const digits = (verb === 'X' ? magnitude.toUpperCase() : magnitude).padStart(spec.precision ?? 0, '0');
  const sign = signText(integer < 0n, spec);
  const prefix = verb === 'O' ? '0o' : spec.sharp ? (bigPrefixes[verb] ?? '') : '';
  const missing = (spec.width ?? 0) - sign.length - prefix.length - digits.length;
  if (missing <= 0) return sign + prefix + digits;
  if (spec.minus) return sign + prefix + digits + ' '.repeat(missing);
  if (spec.zero && spec.precision === undefined) return sign + prefix + '0'.repeat(missing) + digits;
  return ' '.repeat(missing) + sign + prefix + digits;
}

const bigBases: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, s: 10, v: 10, x: 16, X: 16 };
const bigPrefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };
