// SPDX-License-Identifier: Apache-2.0
import { floatOf, multiplyFloats, readFloat, truncateFloat } from '../value/big-float.ts';
import { fromBigInt, parseNumber } from '../value/number.ts';
import type { Value } from '../value/value.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { string, unary } from './operands.ts';

export const units: Family = {
  'units.parse': unary(string, parseUnits),
  'units.parse_bytes': unary(string, parseBytes),
};

const powers = ['', 'k', 'm', 'g', 't', 'p', 'e'];
const maxExponentDigits = 6;

/** Decimal and binary multiples by their lower-case names. */
function factorOf(unit: string): bigint | undefined {
  const power = powers.indexOf(unit.charAt(0));
  if (unit === '' || power < 1) return unit === '' ? 1n : undefined;
  if (unit.length === 1) return 1000n ** BigInt(power);
  return unit.slice(1) === 'i' ? 1024n ** BigInt(power) : undefined;
}

/** `10Ki`, `200m`: exact, with ten digits behind the point when it is no whole number. */
function parseUnits(raw: string): Value {
  const text = raw.replaceAll('"', '');
  if (text.includes(' ')) throw failure('units.parse', 'spaces not allowed in resource strings');
  const { amount, unit: written } = split(text, 'units.parse');
  if (amount === '') throw failure('units.parse', 'no amount provided');
  const unit = written.charAt(0) + written.slice(1).toLowerCase();
  const known = /^(m|[kK]|[kK]i|M|[mM]i|[gG]i?|[tT]i?|[pP]i?|[eE]i?|)$/.test(unit);
  if (!known) throw failure('units.parse', `unit ${unit} not recognized`);
  const rational = readRational(amount);
  if (!rational) throw failure('units.parse', 'could not parse amount to a number');
  const [factor, divisor] = unit === 'm' ? milli : [factorOf(unit.toLowerCase()) ?? 1n, 1n];
  return rationalNumber(rational.numerator * factor, rational.denominator * divisor);
}

/** OPA takes the thousandth from the double 0.001. */
const milli: readonly [bigint, bigint] = [1152921504606847n, 1n << 60n];

function parseBytes(raw: string): Value {
  const text = raw.toLowerCase().replaceAll('"', '');
  if (text.includes(' ')) throw failure('units.parse_bytes', 'spaces not allowed in resource strings');
  const { amount, unit } = split(text, 'units.parse_bytes');
  if (amount === '') throw failure('units.parse_bytes', 'no byte amount provided');
  const factor = factorOf(unit.replace(/b$/, ''));
  if (factor === undefined || unit === 'b') throw failure('units.parse_bytes', `byte unit ${unit} not recognized`);
  if (!decimal.test(amount)) throw failure('units.parse_bytes', 'could not parse byte amount to a number');
  return fromBigInt(truncateFloat(multiplyFloats(readFloat(amount), floatOf(factor))));
}

const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

function split(text: string, name: string): { amount: string; unit: string } {
  let at = 0;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === 'e' || character === 'E') {
      const exponent = /^[+-]?([0-9]*)/.exec(text.slice(at + 1));
      if (!exponent || exponent[0] === '') break;
      if ((exponent[1] ?? '').length > maxExponentDigits) throw failure(name, 'exponent too large');
      if (/^[+-]/.test(exponent[0])) at++;
    } else if (!/[0-9.+-]/.test(character)) break;
  }
  return { amount: text.slice(0, at), unit: text.slice(at) };
}

function failure(name: string, message: string): BuiltinError {
  return new BuiltinError(`${name}: ${message}`);
}

const maxRationalExponent = 100_000;

function readRational(text: string): { numerator: bigint; denominator: bigint } | undefined {
  if (!decimal.test(text)) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? [];
  const power = Number(exponent) - fraction.length;
  if (Math.abs(power) > maxRationalExponent) throw new BuiltinError('number too big');
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  const scale = 10n ** BigInt(Math.abs(power));
  return power >= 0 ? { numerator: digits * scale, denominator: 1n } : { numerator: digits, denominator: scale };
}

function rationalNumber(numerator: bigint, denominator: bigint): Value {
  if (numerator % denominator === 0n) return fromBigInt(numerator / denominator);
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  // Halves are rounded away from zero, as big.Rat's FloatString does.
  const scaled = (magnitude * 10n ** 10n * 2n + denominator) / (denominator * 2n);
  const digits = scaled.toString().padStart(11, '0');
  return parseNumber(`${negative ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`);
}
