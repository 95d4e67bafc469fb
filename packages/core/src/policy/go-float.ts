// SPDX-License-Identifier: Apache-2.0

/** A 64-bit float as Go's encoding/json prints it: without exponent from 1e-6 up to 1e21. */
export function goFloat(value: number): string {
  if (Object.is(value, -0)) return '-0';
  // JavaScript has the same bounds and digits, and writes 1e-7 and 1e+21 like Go.
  return String(value);
}

/** A 64-bit float as Go's `strconv.FormatFloat(x, 'g', -1, 64)` prints it: with an exponent from a million on. */
export function goShortFloat(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power < 6)) return goFloat(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
