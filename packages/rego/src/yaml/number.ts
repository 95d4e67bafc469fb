// SPDX-License-Identifier: Apache-2.0

/** The integer of any size that a plain scalar is to go-yaml, in Go's notations: `0x1F`, `0o17`, `017`, `0b1`; undefined when it is none. */
export function yamlInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0x[0-9a-f]+|0b[01]+|0o?[0-7]+|0|[1-9][0-9]*)$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = ''] = match;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits.toLowerCase());
  return sign === '-' ? -magnitude : magnitude;
}

/** The decimal fraction that a plain scalar is, as a 64-bit float; undefined when it is none, or too large for one. */
export function yamlFloat(text: string): number | undefined {
  if (!/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
