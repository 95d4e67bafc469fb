// SPDX-License-Identifier: Apache-2.0

import { constant } from '../compiler/terms.ts';
import type { Term } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import { isArray, isObject, type Value } from '../value/value.ts';
import type { Link } from './node.ts';
import { planMatch } from './plan-pattern.ts';
import { planRefVisit } from './plan-ref.ts';
import { isBound, planGetter } from './plan-term.ts';
import { type PlanScope, slotOf, spareSlot } from './scope.ts';

/** Plans `left = right`. Which side gives and which takes is known, since the body was ordered for it. */
export function planUnify(left: Term, right: Term, scope: PlanScope): Link {
  const leftBound = isBound(left, scope);
  const rightBound = isBound(right, scope);
  if (leftBound && rightBound) return planComparison(left, right, scope);
  if (rightBound) return planGiving(right, left, scope);
  if (leftBound) return planGiving(left, right, scope);
  if (left.kind === 'ref') return planEnumeration(left, right, scope);
  if (right.kind === 'ref') return planEnumeration(right, left, scope);
  return planPairs([[left, right]], scope);
}

function planComparison(left: Term, right: Term, scope: PlanScope): Link {
  const getLeft = planGetter(left, scope);
  const getRight = planGetter(right, scope);
  return (next) => (run, frame) => {
    const a = getLeft(run, frame);
    if (a === undefined) return false;
    const b = getRight(run, frame);
    return b !== undefined && equal(a, b) && next(run, frame);
  };
}

/** One side has a value, the other holds variables to bind, or is a reference whose path does. */
function planGiving(source: Term, target: Term, scope: PlanScope): Link {
  if (target.kind === 'ref') return planEnumeration(target, source, scope);
  const get = planGetter(source, scope);
  if (target.kind === 'var') {
    const slot = slotOf(scope, target.name);
    scope.bound.add(target.name);
    return (next) => (run, frame) => {
      const value = get(run, frame);
      if (value === undefined) return false;
      frame[slot] = value;
      return next(run, frame);
    };
  }
  const match = planMatch(target, scope);
  return (next) => (run, frame) => {
    const value = get(run, frame);
    return value !== undefined && match(run, frame, value) && next(run, frame);
  };
}

/** A reference with variables in its path against anything: go through its values, hold each against the other side. */
function planEnumeration(ref: Extract<Term, { kind: 'ref' }>, other: Term, scope: PlanScope): Link {
  const visit = planRefVisit(ref, scope);
  if (other.kind === 'ref' && !isBound(other, scope)) {
    const slot = spareSlot(scope);
    const visitOther = planRefVisit(other, scope);
    return (next) => {
      const inner = visitOther((run, frame, value) => {
        const wanted = frame[slot];
        return wanted !== undefined && equal(wanted, value) && next(run, frame);
      });
      return visit((run, frame, value) => {
        frame[slot] = value;
        return inner(run, frame);
      });
    };
  }
  const match = planMatch(other, scope);
  return (next) => visit((run, frame, value) => match(run, frame, value) && next(run, frame));
}

type Pair = readonly [left: Term, right: Term];

/** Two patterns: taken apart into pairs, of which those go first that have a bound side. */
function planPairs(pairs: readonly Pair[], scope: PlanScope): Link {
  const waiting = [...pairs];
  const links: Link[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex(([left, right]) => isBound(left, scope) || isBound(right, scope));
    const [pair] = at >= 0 ? waiting.splice(at, 1) : waiting.splice(waiting.findIndex(canSplit), 1);
    if (!pair) break;
    if (at >= 0) links.push(planUnify(pair[0], pair[1], scope));
    else {
      const parts = split(pair[0], pair[1]);
      if (!parts) return () => () => false;
      waiting.push(...parts);
    }
  }
  return (next) => links.reduceRight((rest, link) => link(rest), next);
}

function canSplit([left, right]: Pair): boolean {
  return left.kind !== 'var' && right.kind !== 'var';
}

/** Pairs of the members of two patterns; undefined when they can never be equal. */
function split(left: Term, right: Term): readonly Pair[] | undefined {
  const leftItems = itemsOf(left);
  const rightItems = itemsOf(right);
  if (leftItems && rightItems) {
    if (leftItems.length !== rightItems.length) return undefined;
    return leftItems.map((item, at): Pair => [item, rightItems[at] ?? item]);
  }
  const leftEntries = entriesOf(left);
  const rightEntries = entriesOf(right);
  if (!leftEntries || !rightEntries || leftEntries.length !== rightEntries.length) return undefined;
  const pairs: Pair[] = [];
  for (const [key, value] of leftEntries) {
    const partner = rightEntries.find(([other]) => sameKey(key, other));
    if (!partner) return undefined;
    pairs.push([value, partner[1]]);
  }
  return pairs;
}

function itemsOf(term: Term): readonly Term[] | undefined {
  if (term.kind === 'array') return term.items;
  if (term.kind !== 'constant' || !isArray(term.value)) return undefined;
  return term.value.map((item: Value) => constant(item, term.at));
}

function entriesOf(term: Term): readonly Pair[] | undefined {
  if (term.kind === 'object') return term.entries;
  if (term.kind !== 'constant' || !isObject(term.value)) return undefined;
  return term.value.entries().map(([key, value]): Pair => [constant(key, term.at), constant(value, term.at)]);
}

function sameKey(a: Term, b: Term): boolean {
  if (a.kind === 'constant' && b.kind === 'constant') return equal(a.value, b.value);
  return a.kind === 'var' && b.kind === 'var' && a.name === b.name;
}
