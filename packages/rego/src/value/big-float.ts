// SPDX-License-Identifier: Apache-2.0

/**
 * Binary floating point as Go's `math/big.Float` has it: a mantissa of a chosen number of bits, rounded to the nearest
 * even. OPA computes with 64 bits, and its answers show it (`1/3` is `0.33333333333333333334`), so we do the same.
 *
 * The value is `mantissa × 2^exponent`, negative when `negative` is set; zero has a mantissa of 0 and keeps its sign.
 */
export interface BigFloat {
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly precision: number;
}

/** Precision OPA computes with. */
export const opaPrecision = 64;

/** Decimal digits of a number: the value is `0.digits × 10^point`. No leading or trailing zero; empty for zero. */
export interface Digits {
  readonly digits: string;
  readonly point: number;
}

export const zeroFloat: BigFloat = { negative: false, mantissa: 0n, exponent: 0, precision: opaPrecision };

/** An integer as a float; with `precision` 0 it keeps all of its bits, at least 64. */
export function floatOf(integer: bigint, precision = 0): BigFloat {
  const mantissa = integer < 0n ? -integer : integer;
  return round(integer < 0n, mantissa, 0, precision || Math.max(opaPrecision, bitLength(mantissa)));
}

/** Reads decimal text (sign, digits, fraction, exponent) with the two roundings big.Float.SetString has. */
export function readFloat(text: string, precision = opaPrecision): BigFloat {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new TypeError(`Expected a decimal number, found "${text.slice(0, 40)}".`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const mantissa = BigInt(whole + fraction || '0');
  const ten = Number(exponent) - fraction.length;
  const negative = sign === '-';
  if (mantissa === 0n) return { negative, mantissa, exponent: 0, precision };
  if (ten === 0) return round(negative, mantissa, 0, precision);
  const five = powerOfFive(Math.abs(ten), precision + 64);
  return ten < 0
    ? quotient(negative, mantissa, ten, five, precision)
    : round(negative, mantissa * five.mantissa, ten + five.exponent, precision);
}

export function addFloats(a: BigFloat, b: BigFloat): BigFloat {
  const precision = Math.max(a.precision, b.precision);
  if (b.mantissa === 0n)
    return a.mantissa === 0n ? zeroSum(a, b) : round(a.negative, a.mantissa, a.exponent, precision);
  if (a.mantissa === 0n) return round(b.negative, b.mantissa, b.exponent, precision);
  const exponent = Math.min(a.exponent, b.exponent);
  const left = signed(a) << BigInt(a.exponent - exponent);
  const right = signed(b) << BigInt(b.exponent - exponent);
  const sum = left + right;
  return round(sum < 0n, sum < 0n ? -sum : sum, exponent, precision);
}

export function subtractFloats(a: BigFloat, b: BigFloat): BigFloat {
  return addFloats(a, { ...b, negative: !b.negative });
}

export function multiplyFloats(a: BigFloat, b: BigFloat): BigFloat {
  const precision = Math.max(a.precision, b.precision);
  return round(a.negative !== b.negative, a.mantissa * b.mantissa, a.exponent + b.exponent, precision);
}

/** The divisor must not be zero. */
export function divideFloats(a: BigFloat, b: BigFloat): BigFloat {
  const precision = Math.max(a.precision, b.precision);
  const negative = a.negative !== b.negative;
  if (a.mantissa === 0n) return { negative, mantissa: 0n, exponent: 0, precision };
  return quotient(negative, a.mantissa, a.exponent, b, precision);
}

/** The integer part, towards zero. */
export function truncateFloat(value: BigFloat): bigint {
  const integer =
    value.exponent >= 0 ? value.mantissa << BigInt(value.exponent) : value.mantissa >> BigInt(-value.exponent);
  return value.negative ? -integer : integer;
}

export function isInteger(value: BigFloat): boolean {
  if (value.mantissa === 0n || value.exponent >= 0) return true;
  const shift = BigInt(-value.exponent);
  return (value.mantissa >> shift) << shift === value.mantissa;
}

/** The fewest digits that name this value among all of its precision. */
export function shortestDigits(value: BigFloat): Digits {
  if (value.mantissa === 0n) return { digits: '', point: 0 };
  const { mantissa, exponent } = normalise(value);
  // One bit more than the precision, so that half a unit in the last place is an integer.
  const middle = exactDigits(mantissa << 1n, exponent - 1);
  const lower = exactDigits((mantissa << 1n) - 1n, exponent - 1);
  const upper = exactDigits((mantissa << 1n) + 1n, exponent - 1);
  return narrow(middle, lower, upper, (mantissa & 1n) === 0n);
}

/** Every digit of `mantissa × 2^exponent`. */
export function exactDigits(mantissa: bigint, exponent: number): Digits {
  if (mantissa === 0n) return { digits: '', point: 0 };
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = scaled.toString();
  return { digits: trimTrailingZeros(text), point: text.length + Math.min(exponent, 0) };
}

/** Go's `%f` of digits, with as many behind the point as there are. */
export function plainNotation(negative: boolean, { digits, point }: Digits): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = point > 0 ? digits.slice(point) : digits && '0'.repeat(-point) + digits;
  return `${negative ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}

/** Go's `%e` of digits. */
export function scientificNotation(negative: boolean, { digits, point }: Digits): string {
  const exponent = digits === '' ? 0 : point - 1;
  const rest = digits.slice(1);
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${negative ? '-' : ''}${digits[0] ?? '0'}${rest && `.${rest}`}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** Go's shortest `%g`: scientific below 1e-4 and from `limit` digits before the point on. */
export function shortNotation(negative: boolean, digits: Digits, limit = 21): string {
  const exponent = digits.digits === '' ? 0 : digits.point - 1;
  return exponent < -4 || exponent >= limit ? scientificNotation(negative, digits) : plainNotation(negative, digits);
}

/** The text OPA makes of a computed number: integers in full, fractions as big.Float's `%g`, scientific from 1e6 on. */
export function floatText(value: BigFloat): string {
  const digits = shortestDigits(value);
  return isInteger(value) ? plainNotation(value.negative, digits) : shortNotation(value.negative, digits, 6);
}

/** Rounds digits to a length, halves to even. */
export function roundDigits({ digits, point }: Digits, length: number): Digits {
  if (length < 0) return { digits: '', point: 0 };
  if (length >= digits.length) return { digits, point };
  return roundsUp(digits, length) ? roundUp(digits, point, length) : roundDown(digits, point, length);
}

function narrow(middle: Digits, lower: Digits, upper: Digits, inclusive: boolean): Digits {
  const { digits, point } = middle;
  // By index alone, as Go does: a bound with its point elsewhere differs in the first digit anyway.
  const low = lower.digits;
  const high = upper.digits;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(at);
    const below = low.charCodeAt(at) || 0x30;
    const above = high.charCodeAt(at) || 0x30;
    const down = below !== digit || (inclusive && at + 1 === low.length);
    const up = digit !== above && (inclusive || digit + 1 < above || at + 1 < high.length);
    if (down && up) return roundDigits(middle, at + 1);
    if (down) return roundDown(digits, point, at + 1);
    if (up) return roundUp(digits, point, at + 1);
  }
  return middle;
}

/** A regular expression anchored at the end would try at every zero of a long number. */
export function trimTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

function roundsUp(digits: string, length: number): boolean {
  const next = digits[length] ?? '0';
  if (next !== '5' || length + 1 !== digits.length) return next >= '5';
  return length > 0 && (digits.charCodeAt(length - 1) & 1) === 1;
}

function roundDown(digits: string, point: number, length: number): Digits {
  const kept = trimTrailingZeros(digits.slice(0, length));
  return { digits: kept, point: kept === '' ? 0 : point };
}

function roundUp(digits: string, point: number, length: number): Digits {
  const kept = digits.slice(0, length).replace(/9+$/, '');
  if (kept === '') return { digits: '1', point: point + 1 };
  const last = kept.length - 1;
  return { digits: kept.slice(0, last) + String.fromCharCode(kept.charCodeAt(last) + 1), point };
}

function zeroSum(a: BigFloat, b: BigFloat): BigFloat {
  return {
    negative: a.negative && b.negative,
    mantissa: 0n,
    exponent: 0,
    precision: Math.max(a.precision, b.precision),
  };
}

function signed(value: BigFloat): bigint {
  return value.negative ? -value.mantissa : value.mantissa;
}

function quotient(negative: boolean, mantissa: bigint, exponent: number, by: BigFloat, precision: number): BigFloat {
  // Two bits more than asked for, and a sticky bit for the remainder, make the one rounding exact.
  const shift = Math.max(0, precision + 2 - bitLength(mantissa) + bitLength(by.mantissa));
  const dividend = mantissa << BigInt(shift);
  const sticky = dividend % by.mantissa === 0n ? 0n : 1n;
  return round(negative, ((dividend / by.mantissa) << 1n) | sticky, exponent - by.exponent - shift - 1, precision);
}

/** Go's own approximation: the powers beyond 5^27 are multiplied up in floats. */
function powerOfFive(power: number, precision: number): BigFloat {
  const small = Math.min(power, 27);
  let result = round(false, 5n ** BigInt(small), 0, precision);
  let square = round(false, 5n, 0, precision + 64);
  for (let rest = power - small; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplyTo(result, square, precision);
    square = multiplyTo(square, square, precision + 64);
  }
  return result;
}

function multiplyTo(a: BigFloat, b: BigFloat, precision: number): BigFloat {
  return round(false, a.mantissa * b.mantissa, a.exponent + b.exponent, precision);
}

/** Rounds to the nearest value of the precision, halves to even. */
function round(negative: boolean, mantissa: bigint, exponent: number, precision: number): BigFloat {
  const excess = bitLength(mantissa) - precision;
  if (excess <= 0) return { negative, mantissa, exponent, precision };
  const shift = BigInt(excess);
  const kept = mantissa >> shift;
  const lost = mantissa - (kept << shift);
  const half = 1n << (shift - 1n);
  const up = lost > half || (lost === half && (kept & 1n) === 1n);
  const rounded = up ? kept + 1n : kept;
  return { negative, mantissa: rounded, exponent: exponent + excess, precision };
}

/** Brings the mantissa to exactly as many bits as the precision. */
function normalise({ mantissa, exponent, precision }: BigFloat): { mantissa: bigint; exponent: number } {
  const missing = precision - bitLength(mantissa);
  // A mantissa that rounding carried to one bit more ends in zeros, so that shifting it loses nothing.
  return missing >= 0
    ? { mantissa: mantissa << BigInt(missing), exponent: exponent - missing }
    : { mantissa: mantissa >> BigInt(-missing), exponent: exponent - missing };
}

function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)) + 28;
}

/** A value at another precision. */
export function roundFloat(value: BigFloat, precision: number): BigFloat {
  return round(value.negative, value.mantissa, value.exponent, precision);
}
