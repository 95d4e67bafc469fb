// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Term, With } from '../syntax/ast.ts';

/** Which variables to leave out when a node's variables are collected. */
export interface VarChoice {
  /** The head of a reference. */
  readonly skipRefHead?: boolean;
  /** The name of a called function, and the roots of `with` targets and values. */
  readonly skipCallHead?: boolean;
  readonly skipObjectKeys?: boolean;
  readonly skipSets?: boolean;
  /** Comprehensions, templates, and the bodies of every, not, and, or. */
  readonly skipClosures?: boolean;
  /** Variables a body without braces under not, and, or needs from outside. */
  readonly promote?: (body: Body) => Iterable<string>;
}

/** What has to be bound before an expression can run. */
export const needed: VarChoice = { skipCallHead: true, skipClosures: true };

/** What can become bound by unifying with a term. */
export const bindable: VarChoice = { skipRefHead: true, skipObjectKeys: true, skipClosures: true };

export function varsOfTerm(term: Term, choice: VarChoice = {}, into: Set<string> = new Set()): Set<string> {
  switch (term.kind) {
    case 'constant':
      break;
    case 'var':
      into.add(term.name);
      break;
    case 'ref':
      if (!choice.skipRefHead) varsOfTerm(term.head, choice, into);
      for (const part of term.path) varsOfTerm(part, choice, into);
      break;
    case 'call':
      if (!choice.skipCallHead) varsOfTerm(term.operator, choice, into);
      for (const arg of term.args) varsOfTerm(arg, choice, into);
      break;
    case 'array':
      for (const item of term.items) varsOfTerm(item, choice, into);
      break;
    case 'set':
      if (!choice.skipSets) for (const item of term.items) varsOfTerm(item, choice, into);
      break;
    case 'object':
      for (const [key, value] of term.entries) {
        if (!choice.skipObjectKeys) varsOfTerm(key, choice, into);
        varsOfTerm(value, choice, into);
      }
      break;
    default:
      if (!choice.skipClosures) varsOfClosure(term, choice, into);
  }
  return into;
}

type Closure = Extract<
  Term,
  { kind: 'array-comprehension' | 'set-comprehension' | 'object-comprehension' | 'template' }
>;

function varsOfClosure(term: Closure, choice: VarChoice, into: Set<string>): void {
  if (term.kind === 'template') {
    for (const part of term.parts) if (part.kind !== 'constant') varsOfExpr(part, choice, into);
    return;
  }
  if (term.kind === 'object-comprehension') {
    varsOfTerm(term.key, choice, into);
    varsOfTerm(term.value, choice, into);
  } else varsOfTerm(term.term, choice, into);
  varsOfBody(term.body, choice, into);
}

export function varsOfBody(body: Body, choice: VarChoice = {}, into: Set<string> = new Set()): Set<string> {
  for (const expr of body) varsOfExpr(expr, choice, into);
  return into;
}

export function varsOfExpr(expr: Expr, choice: VarChoice = {}, into: Set<string> = new Set()): Set<string> {
  switch (expr.kind) {
    case 'term-expr':
      varsOfTerm(expr.term, choice, into);
      break;
    case 'call-expr':
      if (!choice.skipCallHead) varsOfTerm(expr.operator, choice, into);
      for (const arg of expr.args) varsOfTerm(arg, choice, into);
      break;
    case 'some':
      for (const symbol of expr.symbols) varsOfTerm(symbol, choice, into);
      break;
    case 'every':
      varsOfTerm(expr.domain, choice, into);
      if (choice.skipClosures) return into;
      if (expr.key) varsOfTerm(expr.key, choice, into);
      varsOfTerm(expr.value, choice, into);
      varsOfBody(expr.body, choice, into);
      break;
    case 'not':
      varsOfOperand(expr.body, expr.explicitBody, choice, into);
      break;
    case 'and':
    case 'or':
      varsOfOperand(expr.left, expr.explicitLeft, choice, into);
      varsOfOperand(expr.right, expr.explicitRight, choice, into);
      break;
  }
  for (const modifier of expr.with) varsOfWith(modifier, choice, into);
  return into;
}

function varsOfOperand(body: Body, explicit: boolean, choice: VarChoice, into: Set<string>): void {
  if (!choice.skipClosures) varsOfBody(body, choice, into);
  else if (!explicit && choice.promote) for (const name of choice.promote(body)) into.add(name);
}

export function varsOfWith(modifier: With, choice: VarChoice, into: Set<string>): void {
  for (const part of [modifier.target, modifier.value]) {
    if (choice.skipCallHead && part.kind === 'ref') for (const term of part.path) varsOfTerm(term, choice, into);
    else if (!choice.skipCallHead || part === modifier.value) varsOfTerm(part, choice, into);
  }
}

/** Calls back with each comprehension and nested body directly inside an expression, outermost only. */
export function closuresOfExpr(expr: Expr, found: (vars: (into: Set<string>) => void) => void): void {
  switch (expr.kind) {
    case 'every':
      found((into) => varsOfBody(expr.body, {}, into));
      return;
    case 'not':
      found((into) => varsOfBody(expr.body, {}, into));
      break;
    case 'and':
    case 'or':
      found((into) => {
        varsOfBody(expr.left, {}, into);
        varsOfBody(expr.right, {}, into);
      });
      break;
    case 'term-expr':
      closuresOfTerm(expr.term, found);
      break;
    case 'call-expr':
      for (const arg of expr.args) closuresOfTerm(arg, found);
      break;
    case 'some':
      for (const symbol of expr.symbols) closuresOfTerm(symbol, found);
      break;
  }
  for (const modifier of expr.with) closuresOfTerm(modifier.value, found);
}

function closuresOfTerm(term: Term, found: (vars: (into: Set<string>) => void) => void): void {
  switch (term.kind) {
    case 'ref':
      closuresOfTerm(term.head, found);
      for (const part of term.path) closuresOfTerm(part, found);
      break;
    case 'call':
      for (const arg of term.args) closuresOfTerm(arg, found);
      break;
    case 'array':
    case 'set':
      for (const item of term.items) closuresOfTerm(item, found);
      break;
    case 'object':
      for (const [key, value] of term.entries) {
        closuresOfTerm(key, found);
        closuresOfTerm(value, found);
      }
      break;
    case 'array-comprehension':
    case 'set-comprehension':
    case 'object-comprehension':
      found((into) => varsOfTerm(term, {}, into));
      break;
  }
}
