// SPDX-License-Identifier: Apache-2.0
import { type Num, numberText, toDouble } from '../value/number.ts';
import { print } from '../value/print.ts';
import { isNumber, type Value } from '../value/value.ts';
import type { BuiltinContext } from './builtin.ts';
import { badVerb, type FormatArgument, formatArgument, typeName } from './format-argument.ts';
import { noFlags, type Spec } from './format-spec.ts';

/**
 * Go's fmt.Sprintf over Rego values, as OPA hands them over: whole numbers as int64 or big.Int, other numbers as
 * float64, strings as they are, everything else as its Rego text. https://pkg.go.dev/fmt
 */
export function format(layout: string, values: readonly Value[], context: BuiltinContext): string {
  const state: State = { layout, at: 0, next: 0, reordered: false, args: values.map(argumentOf), context };
  let text = '';
  for (;;) {
    const percent = layout.indexOf('%', state.at);
    if (percent < 0) break;
    text += layout.slice(state.at, percent);
    state.at = percent + 1;
    text += directive(state);
  }
  text += layout.slice(state.at);
  return state.reordered || state.next >= state.args.length ? text : text + extra(state);
}

interface State {
  readonly layout: string;
  readonly args: readonly FormatArgument[];
  readonly context: BuiltinContext;
  /** Position in the layout, behind what was read. */
  at: number;
  /** The argument that is next. */
  next: number;
  /** An index like `[2]` was used, so that left-over arguments are no mistake. */
  reordered: boolean;
}

const maxWidth = 1_000_000;

function argumentOf(value: Value): FormatArgument {
  if (typeof value === 'string') return { type: 'string', text: value };
  return isNumber(value) ? numberArgument(value) : { type: 'string', text: print(value) };
}

function numberArgument(number: Num): FormatArgument {
  if (typeof number === 'number') return { type: 'int64', integer: BigInt(number) };
  const text = numberText(number);
  if (/[.eE]/.test(text)) {
    const double = toDouble(number);
    return Number.isFinite(double) ? { type: 'float64', double } : { type: 'string', text };
  }
  const integer = BigInt(text);
  return { type: BigInt.asIntN(64, integer) === integer ? 'int64' : '*big.Int', integer };
}

/** One directive, behind its percent sign. */
function directive(state: State): string {
  const spec = { ...noFlags };
  readFlags(state, spec);
  let good = true;
  let indexed = readIndex(state);
  good &&= indexed !== 'bad';
  let errors = '';
  if (state.layout[state.at] === '*') {
    state.at++;
    const width = starArgument(state);
    if (width === undefined) errors += '%!(BADWIDTH)';
    else setWidth(spec, width);
    indexed = 'none';
  } else {
    spec.width = readNumber(state);
    if (indexed === 'good' && spec.width !== undefined) good = false;
  }
  if (state.layout[state.at] === '.') {
    state.at++;
    if (indexed === 'good') good = false;
    indexed = readIndex(state);
    good &&= indexed !== 'bad';
    if (state.layout[state.at] === '*') {
      state.at++;
      const precision = starArgument(state);
      if (precision === undefined) errors += '%!(BADPREC)';
      else if (precision >= 0) spec.precision = precision;
      indexed = 'none';
    } else spec.precision = readNumber(state) ?? 0;
  }
  if (indexed !== 'good') good &&= readIndex(state) !== 'bad';
  return errors + applied(state, spec, good);
}

function applied(state: State, spec: Spec, good: boolean): string {
  const code = state.layout.codePointAt(state.at);
  if (code === undefined) return '%!(NOVERB)';
  const verb = String.fromCodePoint(code);
  state.at += verb.length;
  if (verb === '%') return '%';
  if (!good) return `%!${verb}(BADINDEX)`;
  const argument = state.args[state.next];
  if (!argument) return `%!${verb}(MISSING)`;
  state.next++;
  state.context.tick(1 + ((spec.width ?? 0) + (spec.precision ?? 0)) / 16);
  if (verb === 'w') return badVerb(verb, argument, spec);
  return formatArgument(argument, verb, spec);
}

function extra(state: State): string {
  const rest = state.args.slice(state.next);
  return `%!(EXTRA ${rest.map((one) => `${typeName(one)}=${formatArgument(one, 'v', noFlags)}`).join(', ')})`;
}

function readFlags(state: State, spec: Spec): void {
  for (; ; state.at++) {
    switch (state.layout[state.at]) {
      case '#':
        spec.sharp = true;
        break;
      case '0':
        spec.zero = true;
        break;
      case '+':
        spec.plus = true;
        break;
      case '-':
        spec.minus = true;
        break;
      case ' ':
        spec.space = true;
        break;
      default:
        return;
    }
  }
}

/** `[3]` chooses an argument. */
function readIndex(state: State): 'none' | 'good' | 'bad' {
  if (state.layout[state.at] !== '[') return 'none';
  state.reordered = true;
  const close = state.layout.indexOf(']', state.at);
  if (close < 0) {
    state.at++;
    return 'bad';
  }
  const inside = state.layout.slice(state.at + 1, close);
  state.at = close + 1;
  const index = /^[0-9]{1,7}$/.test(inside) ? Number(inside) - 1 : -1;
  if (index < 0 || index >= state.args.length) return 'bad';
  state.next = index;
  return 'good';
}

function readNumber(state: State): number | undefined {
  const from = state.at;
  while (/[0-9]/.test(state.layout[state.at] ?? '')) state.at++;
  if (state.at === from) return undefined;
  const number = Number(state.layout.slice(from, state.at));
  if (number <= maxWidth) return number;
  // Go gives up on the whole rest of the layout here.
  state.at = state.layout.length;
  return undefined;
}

function starArgument(state: State): number | undefined {
  const argument = state.args[state.next];
  if (!argument) return undefined;
  state.next++;
  if (argument.type !== 'int64') return undefined;
  const number = Number(argument.integer);
  return Math.abs(number) <= maxWidth ? number : undefined;
}

function setWidth(spec: Spec, width: number): void {
  spec.width = Math.abs(width);
  if (width >= 0) return;
  spec.minus = true;
  spec.zero = false;
}
