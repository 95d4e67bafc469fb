// SPDX-License-Identifier: Apache-2.0
import { type Num, toBigInt, toInt } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import type { RegoSet } from '../value/set.ts';
import { isArray, isNumber, isObject, isSet, typeOf, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Implementation } from './builtin.ts';

/**
 * Checks of arguments. An {@link Operand} turns the argument at a position (from 1) into what the function works on,
 * or refuses it in OPA's words; the functions below put operands and a function together, so that no function of a
 * family looks at types itself.
 */
export type Operand<T> = (value: Value, position: number) => T;

export const any: Operand<Value> = (value) => value;

export const string: Operand<string> = (value, position) =>
  typeof value === 'string' ? value : wrongType(position, value, ['string']);

export const boolean: Operand<boolean> = (value, position) =>
  typeof value === 'boolean' ? value : wrongType(position, value, ['boolean']);

export const number: Operand<Num> = (value, position) =>
  isNumber(value) ? value : wrongType(position, value, ['number']);

/** A whole number within 64 bits, written without an exponent. */
export const integer: Operand<number> = (value, position) => {
  if (!isNumber(value)) return wrongType(position, value, ['number']);
  return toInt(value) ?? refuse(position, 'must be integer number but got floating-point number');
};

/** A whole number of any size and form. */
export const bigInteger: Operand<bigint> = (value, position) => {
  if (!isNumber(value)) return wrongType(position, value, ['integer']);
  return toBigInt(value) ?? refuse(position, 'must be integer number but got floating-point number');
};

export const array: Operand<readonly Value[]> = (value, position) =>
  isArray(value) ? value : wrongType(position, value, ['array']);

export const object: Operand<RegoObject> = (value, position) =>
  isObject(value) ? value : wrongType(position, value, ['object']);

export const set: Operand<RegoSet> = (value, position) => (isSet(value) ? value : wrongType(position, value, ['set']));

/** The items of an array or a set; the order of the names is that of OPA's message. */
export const items =
  (...names: readonly ['array', 'set'] | readonly ['set', 'array']): Operand<readonly Value[]> =>
  (value, position) => {
    if (isArray(value)) return value;
    return isSet(value) ? value.items() : wrongType(position, value, names);
  };

/** The strings of an array or a set. */
export const strings: Operand<readonly string[]> = (value, position) => {
  const members = items('array', 'set')(value, position);
  // Every member is known to be a string once none is found that is not.
  const other = members.find((member) => typeof member !== 'string');
  return other === undefined ? (members as readonly string[]) : wrongElement(position, value, other, ['string']);
};

/** A function without arguments. */
export const nullary =
  (run: (context: BuiltinContext) => Value | undefined): Implementation =>
  (context) =>
    run(context);

/** A function of one argument. */
export const unary =
  <A>(a: Operand<A>, run: (a: A, context: BuiltinContext) => Value | undefined): Implementation =>
  (context, args) =>
    run(a(argument(args, 0), 1), context);

/** A function of two arguments. */
export const binary =
  <A, B>(
    a: Operand<A>,
    b: Operand<B>,
    run: (a: A, b: B, context: BuiltinContext) => Value | undefined,
  ): Implementation =>
  (context, args) =>
    run(a(argument(args, 0), 1), b(argument(args, 1), 2), context);

/** A function of three arguments. */
export const ternary =
  <A, B, C>(
    a: Operand<A>,
    b: Operand<B>,
    c: Operand<C>,
    run: (a: A, b: B, c: C, context: BuiltinContext) => Value | undefined,
  ): Implementation =>
  (context, args) =>
    run(a(argument(args, 0), 1), b(argument(args, 1), 2), c(argument(args, 2), 3), context);

/** A function of four arguments. */
export const quaternary =
  <A, B, C, D>(
    a: Operand<A>,
    b: Operand<B>,
    c: Operand<C>,
    d: Operand<D>,
    run: (a: A, b: B, c: C, d: D, context: BuiltinContext) => Value | undefined,
  ): Implementation =>
  (context, args) =>
    run(a(argument(args, 0), 1), b(argument(args, 1), 2), c(argument(args, 2), 3), d(argument(args, 3), 4), context);

/** Refuses an argument because of its type. */
export function wrongType(position: number, got: Value, expected: readonly string[]): never {
  const wanted = expected.length === 1 ? expected[0] : `one of {${expected.join(', ')}}`;
  refuse(position, `must be ${wanted} but got ${typeOf(got)}`);
}

/** Refuses an argument because of the type of one of its elements. */
export function wrongElement(position: number, composite: Value, got: Value, expected: readonly string[]): never {
  const whole = typeOf(composite);
  const wanted =
    expected.length === 1 ? `${whole} of ${expected[0]}s` : `${whole} of (any of) {${expected.join(', ')}}`;
  refuse(position, `must be ${wanted} but got ${whole} containing ${typeOf(got)}`);
}

/** Refuses an argument with words of one's own. */
export function refuse(position: number, words: string): never {
  throw new BuiltinError(`operand ${position} ${words}`, 'eval_type_error');
}

function argument(args: readonly Value[], index: number): Value {
  const value = args[index];
  if (value === undefined) throw new TypeError(`Expected at least ${index + 1} arguments, found ${args.length}.`);
  return value;
}
