// SPDX-License-Identifier: Apache-2.0
import type { Term } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import { isArray, isObject } from '../value/value.ts';
import type { Match } from './node.ts';
import { isBound, planGetter } from './plan-term.ts';
import { type PlanScope, slotOf } from './scope.ts';

/** Plans holding a value against a term; variables that are not bound yet become bound by it. */
export function planMatch(term: Term, scope: PlanScope): Match {
  if (term.kind === 'var' && !scope.bound.has(term.name)) {
    const slot = slotOf(scope, term.name);
    scope.bound.add(term.name);
    return (_run, frame, value) => {
      frame[slot] = value;
      return true;
    };
  }
  if (isBound(term, scope)) return planEquality(term, scope);
  if (term.kind === 'array') return planArrayMatch(term.items, scope);
  if (term.kind === 'object') return planObjectMatch(term.entries, scope);
  throw new TypeError(`Expected a pattern of arrays, objects and variables, found a ${term.kind}.`);
}

function planEquality(term: Term, scope: PlanScope): Match {
  if (term.kind === 'constant') {
    const { value: wanted } = term;
    return (_run, _frame, value) => equal(value, wanted);
  }
  const get = planGetter(term, scope);
  return (run, frame, value) => {
    const wanted = get(run, frame);
    return wanted !== undefined && equal(value, wanted);
  };
}

function planArrayMatch(items: readonly Term[], scope: PlanScope): Match {
  const matches = items.map((item) => planMatch(item, scope));
  return (run, frame, value) => {
    if (!isArray(value) || value.length !== matches.length) return false;
    for (let at = 0; at < matches.length; at++) {
      const item = value[at];
      if (item === undefined || !matches[at]?.(run, frame, item)) return false;
    }
    return true;
  };
}

/** Keys must be bound; the object must have exactly those. */
function planObjectMatch(entries: readonly (readonly [Term, Term])[], scope: PlanScope): Match {
  const keys = entries.map(([key]) => planGetter(key, scope));
  const matches = entries.map(([, value]) => planMatch(value, scope));
  return (run, frame, value) => {
    if (!isObject(value) || value.size !== keys.length) return false;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]?.(run, frame);
      const member = key === undefined ? undefined : value.get(key);
      if (member === undefined || !matches[at]?.(run, frame, member)) return false;
    }
    return true;
  };
}
