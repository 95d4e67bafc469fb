// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import type { CallExpr } from '../syntax/ast.ts';
import { printRef, printTerm } from '../syntax/print.ts';
import { visitRule } from './each-expr.ts';
import type { RuleEntry } from './module-set.ts';
import { arityOfCall, type CompileContext } from './stages.ts';
import { isEquation, operatorName } from './terms.ts';
import { TypeEnv } from './type-env.ts';
import { argumentError } from './type-errors.ts';
import { writtenRef } from './written-ref.ts';

/** Functions nobody defines, and calls with too many or too few arguments. Calls are already taken apart. */
export function checkFunctions(context: CompileContext): void {
  for (const entry of context.set.entries) {
    visitRule(entry.rule, {
      expr: (expr) => {
        if (expr.kind !== 'call-expr') return false;
        const name = operatorName(expr.operator);
        noteDeprecated(name, expr, entry, context);
        const error = checkCall(expr, entry, context);
        if (error) context.errors.push(error);
        return error !== undefined;
      },
    });
  }
}

/** Calls of deprecated functions, found while all calls are looked at and reported by a later check. */
const deprecatedCalls = new WeakMap<CompileContext, RegoError[]>();

function noteDeprecated(name: string, call: CallExpr, entry: RuleEntry, context: CompileContext): void {
  if (!context.strict && entry.module.newest === 'v0') return;
  if (!context.builtins.get(name)?.deprecated) return;
  const error = fail(entry, call.at, `deprecated built-in function calls in expression: ${name}`);
  deprecatedCalls.set(context, [...(deprecatedCalls.get(context) ?? []), error]);
}

function checkCall(call: CallExpr, entry: RuleEntry, context: CompileContext): RegoError | undefined {
  const arity = arityOfCall(call, context);
  const count = call.args.length;
  if (arity === undefined) return fail(entry, call.at, `undefined function ${calledName(call, context)}`);
  // A nested call was given a variable for its result.
  const fits = call.generated ? isEquation(call) || count === arity + 1 : count === arity || count === arity + 1;
  if (fits) return undefined;
  const given = call.generated ? count - 1 : count;
  return arityError(call, entry, context, { name: calledName(call, context), arity, given });
}

function calledName({ operator }: CallExpr, { names }: CompileContext): string {
  return printRef(writtenRef(operator, names));
}

function arityError(
  call: CallExpr,
  entry: RuleEntry,
  context: CompileContext,
  { name, arity, given }: { readonly name: string; readonly arity: number; readonly given: number },
): RegoError {
  const builtin = context.builtins.get(operatorName(call.operator));
  if (!builtin) {
    return fail(entry, call.at, `function ${name} has arity ${arity}, got ${given} argument${given === 1 ? '' : 's'}`);
  }
  const env = new TypeEnv(
    () => undefined,
    () => undefined,
  );
  const have = call.args.map((arg) => env.typeOf(arg));
  const { message, details } = argumentError(call.at, name, 'arity mismatch', have, builtin.type);
  return fail(entry, call.at, message, details);
}

/** A function without a result where its result is wanted. */
export function checkVoidCalls(context: CompileContext): void {
  const names = [...context.builtins].filter(([, { isVoid }]) => isVoid).map(([name]) => name.replaceAll('.', '\\.'));
  const called = new RegExp(`(?<![\\w.])(?:${names.join('|')})\\(`);
  const suspicious = new Set(context.set.modules.filter(({ source }) => called.test(source.text)));
  for (const entry of context.set.entries) {
    if (!suspicious.has(entry.module)) continue;
    visitRule(entry.rule, {
      term: (term) => {
        if (term.kind !== 'call' || !context.builtins.get(operatorName(term.operator))?.isVoid) return;
        context.errors.push(fail(entry, term.at, `${printTerm(term)} used as value`));
      },
    });
  }
}

/** Deprecated functions, in v1 and in strict mode. */
export function checkDeprecated(context: CompileContext): void {
  context.deferred.push(...(deprecatedCalls.get(context) ?? []));
}

function fail(entry: RuleEntry, at: number, message: string, details: readonly string[] = []): RegoError {
  return errorAt(entry.module.source, at, 'rego_type_error', message, details);
}
