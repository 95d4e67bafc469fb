// SPDX-License-Identifier: Apache-2.0
import type { Body, CallExpr, Expr, Head, Ref, Rule, Term } from './ast.ts';
import { trueBody } from './parse-rule.ts';
import { isOperation } from './parse-term.ts';
import { kindName, printRef } from './print.ts';

/**
 * A body that stands alone in a module, read as the rule it may be: `p`-like statements without `if` or braces, such
 * as `p = 1`, `p[x]`, `a.b.c` and `f(1)`. A string says why it is none.
 */
export function ruleOfBody(body: Body, isBuiltin: (name: string) => boolean): Rule | string {
  const [expr] = body;
  if (!expr || body.length !== 1) return 'multiple expressions cannot be used for rule head';
  if (expr.with.length > 0) return 'expressions using with keyword cannot be used for rule head';
  if (expr.negated) return 'negated expressions cannot be used for rule head';
  switch (expr.kind) {
    case 'some':
      return "'some' declarations cannot be used for rule head";
    case 'term-expr':
      return ruleOfTerm(expr, expr.term);
    case 'call-expr':
      return ruleOfCall(expr, isBuiltin);
    default:
      return 'expression cannot be used for rule head';
  }
}

function ruleOfTerm(expr: Expr, term: Term): Rule | string {
  if (term.kind !== 'ref') return `${kindName(term)} cannot be used for rule name`;
  if (term.path.length === 0) return 'refs cannot be used for rule head';
  if (term.head.kind !== 'var') return `invalid rule head: ${printRef(term)}`;
  const [key] = term.path;
  const place = { at: term.at, end: expr.end };
  if (term.path.length > 1) {
    const value = { kind: 'constant', value: true, at: term.at } as const;
    return rule({ ...headBase(term, place), value, generatedValue: true }, place);
  }
  const ref: Ref = { ...term, path: [] };
  return rule({ ...headBase(ref, place), name: term.head.name, ...(key && { key }) }, place);
}

function ruleOfCall(expr: CallExpr, isBuiltin: (name: string) => boolean): Rule | string {
  if (isOperation(expr, 'eq')) return ruleOfEquation(expr, false);
  if (isOperation(expr, 'assign')) return ruleOfEquation(expr, true);
  const { operator, args } = expr;
  if (isBuiltin(printRef(operator))) return 'rule name conflicts with built-in function';
  if (args.length === 0) return 'rule argument list must take at least one argument';
  if (operator.head.kind !== 'var') return `invalid rule head: ${printRef(operator)}`;
  const place = { at: operator.at, end: expr.end };
  const value = { kind: 'constant', value: true, at: operator.at } as const;
  return rule({ ...headBase(operator, place), args, value }, place);
}

function ruleOfEquation(expr: CallExpr, assign: boolean): Rule | string {
  const [left, value] = expr.args;
  if (!left || !value) return 'assignment requires two operands';
  const place = { at: expr.at, end: expr.end };
  if (left.kind === 'call' && left.operator.head.kind === 'var') {
    return rule({ ...headBase(left.operator, place), args: left.args, value, assign }, place);
  }
  if (left.kind === 'var') {
    const ref: Ref = { kind: 'ref', head: left, path: [], at: left.at };
    return rule({ ...headBase(ref, place), value, assign }, place);
  }
  if (left.kind !== 'ref') return `${kindName(left)} cannot be used for rule name`;
  if (left.head.kind !== 'var') return `invalid rule head: ${printRef(left)}`;
  const [key] = left.path;
  const keyed = left.path.length === 1 && key ? { name: left.head.name, key } : {};
  return rule({ ...headBase(left, place), ...keyed, value, assign }, place);
}

interface Place {
  readonly at: number;
  readonly end: number;
}

function headBase(ref: Ref, place: Place): Head {
  return {
    kind: 'head',
    name: ref.path.length === 0 && ref.head.kind === 'var' ? ref.head.name : '',
    ref,
    assign: false,
    generatedValue: false,
    usesIf: false,
    usesContains: false,
    ...place,
  };
}

function rule(head: Head, place: Place): Rule {
  const body = trueBody(head.value?.at ?? place.at, place.end);
  return { kind: 'rule', default: false, head, body, generatedBody: true, annotations: [], ...place };
}
