// SPDX-License-Identifier: Apache-2.0
import {
  addFloats,
  type BigFloat,
  type Digits,
  divideFloats,
  floatOf,
  floatText,
  multiplyFloats,
  readFloat,
  shortNotation,
  subtractFloats,
  trimTrailingZeros,
  truncateFloat,
} from './big-float.ts';
import { clockCompared, clockRead } from './clock.ts';

/**
 * Numbers as OPA has them: the text of a literal is kept (`1e3` prints as `1e3`), integers have no bound, and what is
 * no integer is computed with 64 bits of mantissa. A safe integer is a JavaScript number, everything else a
 * {@link BigNum}; the functions here hand every result back in that form.
 */
export class BigNum {
  readonly kind = 'number';
  readonly #text: string;
  #decimal: Decimal | undefined;

  /** Use {@link parseNumber}, which makes a JavaScript number where it can. */
  constructor(text: string) {
    this.#text = text;
  }

  /** A JSON number. */
  get text(): string {
    return this.#text;
  }

  /** Sign, digits and point, computed once. */
  get decimal(): Decimal {
    this.#decimal ??= decimalOf(this.#text);
    return this.#decimal;
  }

  toJSON(): number {
    return Number(this.text);
  }
}

/**
 * The time of an evaluation in nanoseconds since 1970. It is a number like any other, but whoever evaluates is told what
 * was made of it: a rule that only compares it comes to the same a moment later.
 */
export class ClockNum extends BigNum {
  readonly time: bigint;

  /** Use {@link clockNumber}. */
  constructor(time: bigint) {
    super(time.toString());
    this.time = time;
  }

  override get text(): string {
    clockRead();
    return super.text;
  }

  override get decimal(): Decimal {
    clockRead();
    return super.decimal;
  }
}

/** A number in either form. */
export type Num = number | BigNum;

interface Decimal extends Digits {
  readonly negative: boolean;
}

/** Why an operation has no answer; the words are OPA's. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError';
}

/** Digits a computed number may have; OPA has no such bound, and pays with time. */
const maxResultExponent = 400_000;

const shortInteger = /^-?[1-9][0-9]{0,14}$/;

/** Reads the text of a JSON number and keeps it where a JavaScript number would not print the same. */
export function parseNumber(text: string): Num {
  if (text === '0') return 0;
  if (shortInteger.test(text)) return Number(text);
  return text.length <= 17 && /^-?[1-9][0-9]*$/.test(text) && Number.isSafeInteger(Number(text))
    ? Number(text)
    : new BigNum(text);
}

/** The text OPA prints: a literal's own, or that of the computed number. */
export function numberText(number: Num): string {
  return typeof number === 'number' ? String(number) : number.text;
}

/** The number an unbounded integer is. */
export function fromBigInt(integer: bigint): Num {
  const small = Number(integer);
  return Number.isSafeInteger(small) ? small : new BigNum(integer.toString());
}

/** The number of a time that is watched; a JavaScript number cannot be, see {@link isWatched}. */
export function clockNumber(time: bigint): Num {
  return isWatched(time) ? new ClockNum(time) : fromBigInt(time);
}

/** Whether a time in nanoseconds is too large for a JavaScript number, as it is from May 1970 on. */
export function isWatched(time: bigint): boolean {
  return !Number.isSafeInteger(Number(time));
}

/** The number a double is, with Go's shortest text (`1.5e+06`, `1e-07`). It must be finite. */
export function fromDouble(double: number): Num {
  if (Number.isSafeInteger(double) && !Object.is(double, -0)) return double;
  return new BigNum(doubleText(double));
}

/** Go's `strconv.FormatFloat(f, 'g', -1, 64)`: scientific from 7 digits before the point on, or from `limit` more than one. */
export function doubleText(double: number, limit = 6): string {
  const [mantissa = '0', exponent = '0'] = Math.abs(double).toExponential().split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  return shortNotation(
    double < 0 || Object.is(double, -0),
    { digits, point: digits === '' ? 0 : Number(exponent) + 1 },
    limit,
  );
}

/** Negative, zero or positive, exactly. */
export function compareNumbers(a: Num, b: Num): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a instanceof ClockNum) return compareClock(a, b);
  if (b instanceof ClockNum) return -compareClock(b, a);
  const [left, right] = [decimal(a), decimal(b)];
  const order = compareDecimals(left, right);
  if (order === 0 || (left.digits.length <= 15 && right.digits.length <= 15)) return order;
  // OPA takes two long fractions that end in zeros for the same when they are the same double.
  return endsInZeros(a) && endsInZeros(b) && toDouble(a) === toDouble(b) ? 0 : order;
}

/** The integer a number is, whatever its text (`1e3`, `2.0`); undefined for a fraction. */
export function toBigInt(number: Num): bigint | undefined {
  if (typeof number === 'number') return BigInt(number);
  const { digits, point, negative } = number.decimal;
  if (digits.length > point && digits !== '') return undefined;
  if (point > maxResultExponent) throw new ArithmeticError('number too big');
  const integer = BigInt(digits.padEnd(point, '0') || '0');
  return negative ? -integer : integer;
}

/**
 * The integer a number's text spells without an exponent (`12`, `12.0`) if it fits 64 bits, as OPA's `Int`; large ones
 * lose digits in a double, which is fine for the positions and counts it is used for.
 */
export function toInt(number: Num): number | undefined {
  if (typeof number === 'number') return number;
  const { text } = number;
  if (!/^[+-]?[0-9]+(\.0*)?$/.test(text) || text.replace(/^[+-]/, '').length > 19) return undefined;
  const integer = BigInt(text.replace(/\..*/, ''));
  return BigInt.asIntN(64, integer) === integer ? Number(integer) + 0 : undefined;
}

/** The double next to a number. */
export function toDouble(number: Num): number {
  return typeof number === 'number' ? number : Number(number.text);
}

/** The float OPA computes with. */
export function toFloat(number: Num): BigFloat {
  return typeof number === 'number' ? floatOf(BigInt(number)) : readFloat(number.text);
}

/** A computed float as a number. */
export function fromFloat(float: BigFloat): Num {
  if (Math.abs(float.exponent) > 3.4 * maxResultExponent) throw new ArithmeticError('number too big');
  return parseNumber(floatText(float));
}

export function add(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exactly(a, b, (x, y) => x + y) ?? fromFloat(addFloats(toFloat(a), toFloat(b)));
}

export function subtract(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return exactly(a, b, (x, y) => x - y) ?? fromFloat(subtractFloats(toFloat(a), toFloat(b)));
}

export function multiply(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // Adding zero makes 0 of -0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return exactly(a, b, (x, y) => x * y) ?? fromFloat(multiplyFloats(toFloat(a), toFloat(b)));
}

export function divide(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number' && a !== 0 && b !== 0 && a % b === 0) return a / b;
  const divisor = toFloat(b);
  if (divisor.mantissa === 0n) throw new ArithmeticError('divide by zero');
  return fromFloat(divideFloats(toFloat(a), divisor));
}

export function remainder(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return (a % b) + 0;
  const [dividend, divisor] = [toBigInt(a), toBigInt(b)];
  if (dividend === undefined || divisor === undefined) throw new ArithmeticError('modulo on floating-point number');
  if (divisor === 0n) throw new ArithmeticError('modulo by zero');
  return fromBigInt(dividend % divisor);
}

export function absolute(number: Num): Num {
  if (typeof number === 'number') return Math.abs(number);
  const small = smallInteger(number);
  return small === undefined ? fromFloat({ ...toFloat(number), negative: false }) : Math.abs(small);
}

/** Halves away from zero. */
export function roundNumber(number: Num): Num {
  return integral(number, (float) =>
    floatOf(truncateFloat(float.negative ? subtractFloats(float, half) : addFloats(float, half))),
  );
}

export function ceil(number: Num): Num {
  return integral(number, (float) => {
    const whole = truncated(float);
    return whole.negative || isSame(float, whole) ? whole : addFloats(whole, one);
  });
}

export function floor(number: Num): Num {
  return integral(number, (float) => {
    const whole = truncated(float);
    return !whole.negative || isSame(float, whole) ? whole : subtractFloats(whole, one);
  });
}

const half: BigFloat = { negative: false, mantissa: 1n, exponent: -1, precision: 53 };
const one: BigFloat = { negative: false, mantissa: 1n, exponent: 0, precision: 53 };

function truncated(float: BigFloat): BigFloat {
  return floatOf(truncateFloat(float));
}

function isSame(a: BigFloat, b: BigFloat): boolean {
  return subtractFloats(a, b).mantissa === 0n;
}

function integral(number: Num, compute: (float: BigFloat) => BigFloat): Num {
  if (typeof number === 'number') return number;
  return smallInteger(number) ?? fromFloat(compute(toFloat(number)));
}

/** Go keeps what fits 32 bits out of its floats, so that `1.0` becomes `1` there. */
function smallInteger(number: Num): number | undefined {
  const integer = toInt(number);
  return integer !== undefined && integer >= -(2 ** 31) && integer < 2 ** 31 ? integer : undefined;
}

function exactly(a: Num, b: Num, compute: (a: bigint, b: bigint) => bigint): Num | undefined {
  const x = toBigInt(a);
  const y = x === undefined ? undefined : toBigInt(b);
  return x === undefined || y === undefined ? undefined : fromBigInt(compute(x, y));
}

function compareClock(a: ClockNum, b: Num): number {
  const other = plainInteger(b);
  if (other === undefined) return compareDecimals(a.decimal, decimal(b));
  const order = a.time < other ? -1 : Number(a.time > other);
  clockCompared(order, other);
  return order;
}

const plainIntegerText = /^-?[0-9]{1,40}$/;

/** An integer that is written as one; not another clock, which the next run finds changed, too. */
function plainInteger(number: Num): bigint | undefined {
  if (typeof number === 'number') return BigInt(number);
  return !(number instanceof ClockNum) && plainIntegerText.test(number.text) ? BigInt(number.text) : undefined;
}

function decimal(number: Num): Decimal {
  return typeof number === 'number' ? decimalOf(String(number)) : number.decimal;
}

function decimalOf(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new TypeError(`Expected a number, found "${text.slice(0, 40)}".`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const all = whole + fraction;
  const digits = trimTrailingZeros(all.replace(/^0+/, ''));
  if (digits === '') return { negative: false, digits, point: 0 };
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  return { negative: sign === '-', digits, point: whole.length - leading + Number(exponent) };
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.digits === '' || b.digits === '') return signOf(a) - signOf(b);
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const order = a.point - b.point || compareDigits(a.digits, b.digits);
  return a.negative ? -order : order;
}

function signOf(value: Decimal): number {
  if (value.digits === '') return 0;
  return value.negative ? -1 : 1;
}

function compareDigits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function endsInZeros(number: Num): boolean {
  const text = numberText(number);
  return text.endsWith('0') && text.includes('.') && /\..*[^.0].*0$/.test(text);
}
