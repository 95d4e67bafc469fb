// SPDX-License-Identifier: Apache-2.0
import { type Digits, exactDigits, plainNotation, roundDigits, scientificNotation } from '../value/big-float.ts';
import { doubleText } from '../value/number.ts';
import { pad, type Spec } from './format-spec.ts';

/** A finite double in the form a verb of Go's fmt asks for; undefined for a verb that floats do not know. */
export function formatDouble(double: number, verb: string, spec: Readonly<Spec>): string | undefined {
  const text = unsigned(Math.abs(double), verb, spec);
  if (text === undefined) return undefined;
  const negative = double < 0 || Object.is(double, -0);
  const sign = negative ? '-' : spec.plus && verb !== 'v' ? '+' : spec.space ? ' ' : '';
  const shown = spec.sharp && verb !== 'v' && verb !== 'b' ? withPoint(text, verb, spec.precision) : text;
  if (sign !== '' && spec.zero && !spec.minus && (spec.width ?? 0) > shown.length + 1) {
    return sign + shown.padStart((spec.width ?? 0) - 1, '0');
  }
  return pad(sign + shown, spec);
}

function unsigned(double: number, verb: string, spec: Readonly<Spec>): string | undefined {
  switch (verb) {
    case 'v':
    case 'g':
      return general(double, spec.precision);
    case 'G':
      return general(double, spec.precision).toUpperCase();
    case 'e':
      return scientific(double, spec.precision ?? 6);
    case 'E':
      return scientific(double, spec.precision ?? 6).toUpperCase();
    case 'f':
    case 'F':
      return fixed(double, spec.precision ?? 6);
    case 'b':
      return binary(double);
    case 'x':
      return hexadecimal(double, spec.precision);
    case 'X':
      return hexadecimal(double, spec.precision).toUpperCase();
    default:
      return undefined;
  }
}

function general(double: number, precision: number | undefined): string {
  if (precision === undefined) return doubleText(double);
  const digits = roundDigits(digitsOf(double), precision || 1);
  const exponent = digits.digits === '' ? 0 : digits.point - 1;
  // A number with fewer digits than asked for before its point is not written with an exponent.
  let limit = precision || 1;
  if (limit > digits.digits.length && digits.digits.length >= digits.point) limit = digits.digits.length;
  return exponent < -4 || exponent >= limit ? scientificNotation(false, digits) : plainNotation(false, digits);
}

function scientific(double: number, precision: number): string {
  const digits = roundDigits(digitsOf(double), precision + 1);
  const [mantissa = '', exponent = ''] = scientificNotation(false, digits).split('e');
  const fraction = mantissa.slice(2).padEnd(precision, '0');
  return `${mantissa[0] ?? '0'}${fraction && `.${fraction}`}e${exponent}`;
}

function fixed(double: number, precision: number): string {
  const all = digitsOf(double);
  const digits = roundDigits(all, all.point + precision);
  const [whole = '0', fraction = ''] = plainNotation(false, digits).split('.');
  return precision === 0 ? whole : `${whole}.${fraction.padEnd(precision, '0')}`;
}

function digitsOf(double: number): Digits {
  const { mantissa, exponent } = partsOf(double);
  return exactDigits(mantissa, exponent);
}

/** The double is `mantissa × 2^exponent`. */
function partsOf(double: number): { mantissa: bigint; exponent: number } {
  const bits = new BigUint64Array(new Float64Array([double]).buffer)[0] ?? 0n;
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

function binary(double: number): string {
  const { mantissa, exponent } = partsOf(double);
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

function hexadecimal(double: number, precision: number | undefined): string {
  if (double === 0) return `0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = partsOf(double);
  for (; mantissa < 1n << 52n; exponent--) mantissa <<= 1n;
  if (precision !== undefined && precision < 13) mantissa = roundedNibbles(mantissa, precision);
  if (mantissa >= 1n << 53n) {
    mantissa >>= 1n;
    exponent++;
  }
  const nibbles = mantissa.toString(16).slice(1);
  const fraction =
    precision === undefined ? nibbles.replace(/0+$/, '') : nibbles.slice(0, precision).padEnd(precision, '0');
  const power = exponent + 52;
  return `0x1${fraction && `.${fraction}`}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function roundedNibbles(mantissa: bigint, precision: number): bigint {
  const shift = BigInt((13 - precision) * 4);
  const half = 1n << (shift - 1n);
  const kept = mantissa >> shift;
  const lost = mantissa & ((1n << shift) - 1n);
  return (lost > half || (lost === half && (kept & 1n) === 1n) ? kept + 1n : kept) << shift;
}

/** The flag `#` keeps the point and, for %g, the zeros. */
function withPoint(text: string, verb: string, precision: number | undefined): string {
  const [mantissa = '', tail = ''] = splitExponent(text);
  let missing = /[gGx]/.test(verb) ? (precision ?? 6) : 0;
  missing -= mantissa.replace('.', '').replace(/^0+/, '').length;
  if (mantissa === '0') missing--;
  return `${mantissa}${mantissa.includes('.') ? '' : '.'}${'0'.repeat(Math.max(0, missing))}${tail}`;
}

function splitExponent(text: string): [string, string] {
  const at = text.search(text.startsWith('0x') || text.startsWith('0X') ? /[pP]/ : /[eE]/);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}
