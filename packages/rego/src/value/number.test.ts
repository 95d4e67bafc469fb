// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  ArithmeticError,
  absolute,
  add,
  ceil,
  compareNumbers,
  divide,
  doubleText,
  floor,
  multiply,
  type Num,
  numberText,
  parseNumber,
  remainder,
  roundNumber,
  subtract,
  toBigInt,
  toInt,
} from './number.ts';

const of = parseNumber;
const text = (number: Num) => numberText(number);

describe('a number keeps what OPA keeps', () => {
  test.each(['1e3', '1.0', '-0', '1e400', '12345678901234567890123', '9007199254740993', '0.10'])('%s', (literal) => {
    expect(text(of(literal))).toBe(literal);
  });

  test('safe integers are JavaScript numbers', () => {
    expect(of('9007199254740991')).toBe(9007199254740991);
    expect(of('-7')).toBe(-7);
    expect(of('0')).toBe(0);
  });

  test.each([
    ['1e3', '1000', 0],
    ['1.0', '1', 0],
    ['-0', '0', 0],
    ['0.1', '0.10', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['-1e400', '1', -1],
    ['1e-400', '0', 1],
    ['0.33333333333333333334', '0.33333333333333333333', 1],
  ])('%s compared with %s is %i', (a, b, order) => {
    expect(Math.sign(compareNumbers(of(a), of(b)))).toBe(order);
  });
});

describe('arithmetic gives the digits OPA gives', () => {
  test.each([
    ['1/3', divide(1, 3), '0.33333333333333333334'],
    ['0.1+0.2', add(of('0.1'), of('0.2')), '0.3'],
    ['0.1*3', multiply(of('0.1'), 3), '0.3'],
    ['0/-5', divide(0, -5), '-0'],
    ['10/4', divide(10, 4), '2.5'],
    ['12345678/7', divide(12345678, 7), '1.7636682857142857143e+06'],
    ['1/10000000000', divide(1, 10000000000), '1e-10'],
    ['2^53-1+1', add(9007199254740991, 1), '9007199254740992'],
    ['-2^53+1-2', subtract(-9007199254740991, 2), '-9007199254740993'],
    ['1e30%7', remainder(of('1e30'), 7), '1'],
    ['-4%2', remainder(-4, 2), '0'],
    ['0*-5', multiply(0, -5), '0'],
    ['round(1e30)', roundNumber(of('1e30')), '1000000000000000000024696061952'],
    ['round(-2.5)', roundNumber(of('-2.5')), '-3'],
    ['ceil(1.5)', ceil(of('1.5')), '2'],
    ['ceil(-1.5)', ceil(of('-1.5')), '-1'],
    ['floor(-1.5)', floor(of('-1.5')), '-2'],
    ['floor(0.5)', floor(of('0.5')), '0'],
    ['abs(-1.0)', absolute(of('-1.0')), '1'],
    ['abs(-12345678901234567890123)', absolute(of('-12345678901234567890123')), '12345678901234567890000'],
  ])('%s', (_, number, expected) => {
    expect(text(number)).toBe(expected);
  });

  test('division and remainder refuse zero and fractions in OPA’s words', () => {
    expect(() => divide(1, of('0.0'))).toThrow(new ArithmeticError('divide by zero'));
    expect(() => remainder(1, 0)).toThrow(new ArithmeticError('modulo by zero'));
    expect(() => remainder(of('1.5'), 1)).toThrow(new ArithmeticError('modulo on floating-point number'));
  });

  test('a product that would take minutes to print is refused', () => {
    expect(() => toBigInt(of('1e99999999'))).toThrow('number too big');
  });
});

describe('what a number is good for', () => {
  test('counts and positions are read as OPA reads an int', () => {
    expect(toInt(of('12.00'))).toBe(12);
    expect(toInt(of('1e3'))).toBeUndefined();
    expect(toInt(of('9223372036854775808'))).toBeUndefined();
  });

  test('doubles have Go’s shortest text', () => {
    expect([1e21, 1e20, 1e-7, 0.1, 123456.5].map((d) => doubleText(d))).toEqual([
      '1e+21',
      '1e+20',
      '1e-07',
      '0.1',
      '123456.5',
    ]);
    expect([doubleText(1234567.5), doubleText(1234567.5, 21)]).toEqual(['1.2345675e+06', '1234567.5']);
  });
});
