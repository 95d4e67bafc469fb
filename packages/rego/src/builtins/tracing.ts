// SPDX-License-Identifier: Apache-2.0
import { print } from '../value/print.ts';
import { isArray, isSet, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { array, nullary, string, unary } from './operands.ts';

export const tracing: Family = {
  trace: unary(string, (note, context) => {
    context.trace?.(note, context.location);
    return true;
  }),
  // The compiler makes every call of `print` one of this: a set for each argument, empty for an undefined one.
  'internal.print': unary(array, printAll),
  'internal.test_case': unary(array, () => true),
  'internal.template_string': unary(array, templateString),
  'opa.runtime': nullary((context) => {
    if (context.runtime !== undefined) return context.runtime;
    throw new BuiltinError('not available: no runtime information was lent to this evaluation');
  }),
};

/** Prints a line for every combination of the arguments' values. */
function printAll(args: readonly Value[], context: BuiltinContext): Value {
  if (!context.print) return true;
  const choices = args.map((values) => {
    const items = isSet(values) ? values.items() : [values];
    return items.length === 0 ? ['<undefined>'] : items.map(shown);
  });
  for (const line of combinations(choices, context)) context.print(line.join(' '), context.location);
  return true;
}

function* combinations(choices: readonly (readonly string[])[], context: BuiltinContext): Generator<readonly string[]> {
  const chosen = choices.map(() => 0);
  for (;;) {
    context.tick(1 + choices.length);
    yield choices.map((texts, at) => texts[chosen[at] ?? 0] ?? '');
    let at = choices.length - 1;
    for (; at >= 0; at--) {
      chosen[at] = (chosen[at] ?? 0) + 1;
      if ((chosen[at] ?? 0) < (choices[at]?.length ?? 0)) break;
      chosen[at] = 0;
    }
    if (at < 0) return;
  }
}

function shown(value: Value): string {
  return typeof value === 'string' ? value : print(value);
}

/** The parts of a template string: texts as they are, and a set for each expression, empty when it is undefined. */
function templateString(parts: readonly Value[], context: BuiltinContext): Value {
  const text = parts.map(partText).join('');
  context.tick(text.length >> 3);
  return text;
}

function partText(part: Value): string {
  if (!isSet(part)) return isArray(part) ? print(part) : shown(part);
  if (part.size > 1) throw new BuiltinError('template-strings must not produce multiple outputs');
  const [only] = part.items();
  return only === undefined ? '<undefined>' : shown(only);
}
