// SPDX-License-Identifier: Apache-2.0
import { isEquation } from '../compiler/terms.ts';
import { varsOfTerm } from '../compiler/vars.ts';
import type { Span } from '../location.ts';
import type { Body, EveryExpr, Expr, Term, With } from '../syntax/ast.ts';
import { keyOfCall, keyOfTerm, type TermSpans } from '../syntax/term-spans.ts';
import type { Value } from '../value/value.ts';
import { type Link, linkAll, type Step } from './node.ts';
import { planCall } from './plan-call.ts';
import { forEachMember } from './plan-path.ts';
import { planMatch } from './plan-pattern.ts';
import { planRefVisit } from './plan-ref.ts';
import { isBound, planGetter } from './plan-term.ts';
import { planUnify } from './plan-unify.ts';
import { planWith } from './plan-with.ts';
import { innerScope, type PlanScope } from './scope.ts';

const found: Step = () => true;

/**
 * Plans the expressions of a body. Neighbours with the very same `with` (the compiler makes them from one expression)
 * share one change of documents, and with it what was computed under it.
 */
export function planLinks(body: Body, scope: PlanScope): readonly Link[] {
  const links: Link[] = [];
  for (let at = 0; at < body.length; ) {
    const expr = body[at] as Expr; // at is below the length
    if (expr.with.length === 0) {
      links.push(planExpr(expr, scope));
      at++;
      continue;
    }
    const group = sameWith(body, at, expr.with);
    links.push(planWith(expr.with, () => group.map((member) => planExpr(member, scope)), scope));
    at += group.length;
  }
  return links;
}

function sameWith(body: Body, from: number, withs: readonly With[]): Body {
  let end = from + 1;
  while (body[end]?.with === withs) end++;
  return body.slice(from, end);
}

function planExpr(expr: Expr, scope: PlanScope): Link {
  const link = expr.negated ? planNot([{ ...expr, negated: false, with: [] }], scope) : planStatement(expr, scope);
  return scope.planner.watch ? watched(expr, link, scope) : link;
}

/** Tells coverage that an expression was reached. */
function watched(expr: Expr, link: Link, scope: PlanScope): Link {
  const { source, planner } = scope;
  const span = expr.end > expr.at ? { at: expr.at, end: expr.end } : spanOfGenerated(expr, planner.spansOf(source));
  const places = [...(span ? [span] : []), ...spansOfDomains(expr, planner.spansOf(source))];
  if (places.length === 0) return link;
  return (next) => {
    const step = link(next);
    return (run, frame) => {
      for (const place of places) run.lent.reached?.(source, place);
      return step(run, frame);
    };
  };
}

/** What the compiler took out of a term has the place of that term. */
function spanOfGenerated(expr: Expr, spans: TermSpans): Span | undefined {
  if (expr.kind === 'term-expr') return spanOfTerm(expr.term, spans);
  if (expr.kind !== 'call-expr') return undefined;
  const [, right] = expr.args;
  if (isEquation(expr)) return right && spanOfTerm(right, spans);
  return spans.get(keyOfCall(expr.at, expr.args.slice(0, -1))) ?? spans.get(`template ${expr.at}`);
}

/** `some x in [1, 2]` looks into a constant; to OPA that is an expression of its own. */
function spansOfDomains(expr: Expr, spans: TermSpans): readonly Span[] {
  if (expr.kind !== 'call-expr' || !isEquation(expr)) return [];
  return expr.args.flatMap((arg) => {
    const isConstant = arg.kind === 'ref' && arg.head.kind === 'constant';
    return (isConstant && spans.get(keyOfTerm(arg.head))) || [];
  });
}

/** In the text the name of a rule or an import was a variable, and metadata a call without arguments. */
function spanOfTerm(term: Term, spans: TermSpans): Span | undefined {
  const known = spans.get(keyOfTerm(term));
  if (known || (term.kind !== 'ref' && term.kind !== 'constant')) return known;
  return spans.get(term.kind === 'ref' ? `var ${term.at}` : keyOfCall(term.at, []));
}

function planStatement(expr: Expr, scope: PlanScope): Link {
  switch (expr.kind) {
    case 'term-expr':
      return planTruth(expr.term, scope);
    case 'call-expr': {
      const [left, right] = expr.args;
      if (isEquation(expr) && left && right && expr.args.length === 2) return planUnify(left, right, scope);
      return planCall(expr, scope);
    }
    case 'every':
      return planEvery(expr, scope);
    case 'not':
      return planNot(expr.body, scope);
    case 'and':
      return planBoth(expr.left, expr.right, scope);
    case 'or':
      return planEither(expr.left, expr.right, scope);
    case 'some':
      return (next) => next;
  }
}

function planTruth(term: Term, scope: PlanScope): Link {
  if (term.kind === 'ref' && !isBound(term, scope)) {
    const visit = planRefVisit(term, scope);
    return (next) => visit((run, frame, value) => value !== false && next(run, frame));
  }
  if (term.kind === 'constant') return term.value === false ? () => () => false : (next) => next;
  const get = planGetter(term, scope);
  return (next) => (run, frame) => {
    const value = get(run, frame);
    return value !== undefined && value !== false && next(run, frame);
  };
}

function planNot(body: Body, scope: PlanScope): Link {
  const succeeds = planTest(body, scope);
  return (next) => (run, frame) => !succeeds(run, frame) && next(run, frame);
}

function planBoth(left: Body, right: Body, scope: PlanScope): Link {
  const leftSucceeds = planTest(left, scope);
  const rightSucceeds = planTest(right, scope);
  return (next) => (run, frame) => leftSucceeds(run, frame) && rightSucceeds(run, frame) && next(run, frame);
}

function planEither(left: Body, right: Body, scope: PlanScope): Link {
  const leftSucceeds = planTest(left, scope);
  const rightSucceeds = planTest(right, scope);
  return (next) => (run, frame) => (leftSucceeds(run, frame) || rightSucceeds(run, frame)) && next(run, frame);
}

/** Whether a body has a solution. A stop asked for inside is not one for the body around it. */
function planTest(body: Body, scope: PlanScope): Step {
  return linkAll(planLinks(body, innerScope(scope)), found);
}

function planEvery(expr: EveryExpr, scope: PlanScope): Link {
  const domain = planGetter(expr.domain, scope);
  const inner = innerScope(scope);
  for (const part of [expr.key, expr.value]) if (part) for (const name of varsOfTerm(part)) inner.bound.delete(name);
  const matchKey = expr.key ? planMatch(expr.key, inner) : undefined;
  const matchValue = planMatch(expr.value, inner);
  const holds = linkAll(planLinks(expr.body, inner), found);
  return (next) => (run, frame) => {
    const collection = domain(run, frame);
    if (collection === undefined || !isCollection(collection)) return false;
    const failed = forEachMember(run, collection, (key, value) => {
      if (matchKey && !matchKey(run, frame, key)) return false;
      return matchValue(run, frame, value) && !holds(run, frame);
    });
    return !failed && next(run, frame);
  };
}

function isCollection(value: Value): boolean {
  return typeof value === 'object' && value !== null && !('kind' in value && value.kind === 'number');
}
