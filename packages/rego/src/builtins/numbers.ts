// SPDX-License-Identifier: Apache-2.0
import {
  ArithmeticError,
  absolute,
  add,
  ceil,
  divide,
  floor,
  fromBigInt,
  multiply,
  type Num,
  numberText,
  remainder,
  roundNumber,
  subtract,
} from '../value/number.ts';
import { emptySet } from '../value/set.ts';
import { isNumber, isSet, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family, type Implementation } from './builtin.ts';
import { any, bigInteger, binary, integer, number, string, ternary, unary, wrongType } from './operands.ts';
import { difference } from './sets.ts';

export const numbers: Family = {
  plus: arithmetic(add),
  mul: arithmetic(multiply),
  div: arithmetic(divide),
  rem: arithmetic(remainder),
  minus: binary(any, any, minus),
  abs: rounding(absolute),
  round: rounding(roundNumber),
  ceil: rounding(ceil),
  floor: rounding(floor),
  'numbers.range': binary(bigInteger, bigInteger, (from, to, context) => range(from, to, 1n, context)),
  'numbers.range_step': ternary(bigInteger, bigInteger, bigInteger, rangeStep),
  'rand.intn': binary(string, integer, randomInteger),
};

function arithmetic(compute: (a: Num, b: Num) => Num): Implementation {
  return binary(number, number, (a, b, context) => computed(context, a, b, compute));
}

function rounding(compute: (a: Num) => Num): Implementation {
  return unary(number, (a, context) => {
    charge(context, a);
    return guarded(() => compute(a));
  });
}

function computed(context: BuiltinContext, a: Num, b: Num, compute: (a: Num, b: Num) => Num): Num {
  charge(context, a);
  charge(context, b);
  return guarded(() => compute(a, b));
}

/** Work on long numbers grows with their digits. */
function charge(context: BuiltinContext, a: Num): void {
  if (typeof a !== 'number') context.tick(1 + numberText(a).length);
}

/** Says what {@link ArithmeticError} says as a built-in's error. */
export function guarded<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ArithmeticError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
    throw error;
  }
}

/** `-` is the difference of numbers or of sets. */
function minus(a: Value, b: Value, context: BuiltinContext): Value {
  if (isNumber(a) && isNumber(b)) return computed(context, a, b, subtract);
  if (isSet(a) && isSet(b)) return a.size === 0 ? emptySet : difference(a, b, context);
  if (!isNumber(a) && !isSet(a)) return wrongType(1, a, ['number', 'set']);
  return wrongType(2, b, [isNumber(b) ? 'set' : 'number']);
}

function rangeStep(from: bigint, to: bigint, step: bigint, context: BuiltinContext): Value {
  if (step <= 0n) throw new BuiltinError('numbers.range_step: step must be a positive integer');
  return range(from, to, step, context);
}

function range(from: bigint, to: bigint, step: bigint, context: BuiltinContext): Value {
  const distance = from <= to ? to - from : from - to;
  const count = distance / step + 1n;
  // Charged before anything is made: a few characters can ask for more numbers than memory holds.
  context.tick(Number(count) * unitsPerNumber);
  const direction = from <= to ? step : -step;
  const result: Value[] = [];
  for (let at = 0n; at < count; at++) result.push(fromBigInt(from + at * direction));
  return result;
}

const unitsPerNumber = 16;

/** One number for each pair of arguments and query, as OPA promises. */
function randomInteger(text: string, bound: number, context: BuiltinContext): Value {
  const below = Math.abs(bound);
  if (below === 0) return 0;
  const key = `rand.intn ${below} ${text}`;
  // Asked for even where the answer is known: whoever calls this depends on chance.
  const { randomBytes } = context;
  const known = context.cache.get(key);
  if (typeof known === 'number') return known;
  const bytes = new Uint8Array(8);
  randomBytes(bytes);
  const drawn = Number(new DataView(bytes.buffer).getBigUint64(0) % BigInt(below));
  context.cache.set(key, drawn);
  return drawn;
}
