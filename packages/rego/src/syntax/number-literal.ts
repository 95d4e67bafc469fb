// SPDX-License-Identifier: Apache-2.0

/** OPA refuses numbers whose binary exponent is beyond this, because printing them would take forever. */
const maxBinaryExponent = 100_000;

const plain = /^-?(?:\d+(?:\.\d*)?|\.\d+)$/;
const shape = /^-?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Whether a number can be worked with; otherwise OPA's word for why not. */
export function checkNumber(literal: string): 'number too big' | 'invalid float' | undefined {
  // Short literals without an exponent are never too big, and nearly all are that.
  if (literal.length < 1_000 && plain.test(literal)) return undefined;
  const match = shape.exec(literal);
  if (!match) return 'invalid float';
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  if (digits === '') return 'invalid float';
  const leading = digits.search(/[1-9]/);
  if (leading < 0) return undefined;
  const decimal = whole.length - leading + Number(exponent);
  const scale = Math.log2(Number(`0.${digits.slice(leading, leading + 17)}`)) + decimal * Math.log2(10);
  const binary = Math.floor(scale) + 1;
  return Math.abs(binary) <= maxBinaryExponent ? undefined : 'number too big';
}
