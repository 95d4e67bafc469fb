// SPDX-License-Identifier: Apache-2.0
import { fromBigInt } from '../value/number.ts';
import type { Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family, type Implementation } from './builtin.ts';
import { bigInteger, binary, refuse, unary } from './operands.ts';

export const bits: Family = {
  'bits.and': combined((a, b) => a & b),
  'bits.or': combined((a, b) => a | b),
  'bits.xor': combined((a, b) => a ^ b),
  'bits.negate': unary(bigInteger, (a) => fromBigInt(~a)),
  'bits.lsh': binary(bigInteger, bigInteger, shiftLeft),
  'bits.rsh': binary(bigInteger, bigInteger, (a, by) => fromBigInt(a >> amount(by))),
};

/** Beyond this a number could not even be printed within a budget. */
const maxShift = 1_000_000n;

function combined(compute: (a: bigint, b: bigint) => bigint): Implementation {
  return binary(bigInteger, bigInteger, (a, b) => fromBigInt(compute(a, b)));
}

function shiftLeft(a: bigint, by: bigint, context: BuiltinContext): Value {
  const shift = amount(by);
  if (a === 0n) return 0;
  if (shift > maxShift) throw new BuiltinError('number too big');
  context.tick(Number(shift >> 5n));
  return fromBigInt(a << shift);
}

function amount(by: bigint): bigint {
  if (by < 0n) refuse(2, 'must be an unsigned integer number but got a negative integer');
  return BigInt.asUintN(64, by);
}
