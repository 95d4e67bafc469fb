// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { goFloat, goShortFloat } from './go-float.ts';

describe('floats as Go prints them', () => {
  it.each([
    [1, '1', '1'],
    [-0, '-0', '-0'],
    [999999, '999999', '999999'],
    [1e6, '1000000', '1e+06'],
    [1234567.5, '1234567.5', '1.2345675e+06'],
    [12345678901234567000, '12345678901234567000', '1.2345678901234567e+19'],
    [1e21, '1e+21', '1e+21'],
    [0.0001, '0.0001', '0.0001'],
    [0.00001, '0.00001', '1e-05'],
    [1e-7, '1e-7', '1e-07'],
    [-2.5, '-2.5', '-2.5'],
  ])('%d', (value, json, short) => {
    expect(goFloat(value)).toBe(json);
    expect(goShortFloat(value)).toBe(short);
  });
});
