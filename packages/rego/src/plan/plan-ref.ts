// SPDX-License-Identifier: Apache-2.0
import { lookUp } from '../eval/look-up.ts';
import type { Run } from '../eval/run.ts';
import type { Ref, Term } from '../syntax/ast.ts';
import { isArray, type Value } from '../value/value.ts';
import type { Frame, Getter, Match, Step, Visit } from './node.ts';
import { planDataGetter, planDataVisit } from './plan-data.ts';
import { planMatch } from './plan-pattern.ts';
import { isBound, planGetter } from './plan-term.ts';
import { type PlanScope, slotOf } from './scope.ts';

/** A part of a reference's path: known before, or found out by going through the keys. */
export type PathPart =
  | { readonly kind: 'key'; readonly get: Getter; readonly constant: Value | undefined }
  | { readonly kind: 'any'; readonly slot: number }
  | { readonly kind: 'pattern'; readonly match: Match };

/** Plans a reference whose variables are all bound. */
export function planRefGetter(ref: Ref, scope: PlanScope): Getter {
  if (ref.head.kind === 'var' && ref.head.name === 'data') return planDataGetter(ref, scope);
  const head = planHead(ref.head, scope);
  const keys = ref.path.map((part) => planGetter(part, scope));
  const constants = ref.path.map((part) => (part.kind === 'constant' ? part.value : undefined));
  if (constants.every((key) => key !== undefined)) return followConstants(head, constants);
  return (run, frame) => {
    let value = head(run, frame);
    for (const getKey of keys) {
      if (value === undefined) return undefined;
      const key = getKey(run, frame);
      if (key === undefined) return undefined;
      value = lookUp(value, key);
    }
    return value;
  };
}

/** Plans going through all values of a reference; binds the variables of its path. */
export function planRefVisit(ref: Ref, scope: PlanScope): (visit: Visit) => Step {
  if (ref.head.kind === 'var' && ref.head.name === 'data') return planDataVisit(ref, scope);
  const head = planHead(ref.head, scope);
  const parts = ref.path.map((part) => planPart(part, scope));
  return (visit) => {
    const follow = followParts(parts, visit);
    return (run, frame) => {
      const value = head(run, frame);
      return value !== undefined && follow(run, frame, value);
    };
  };
}

export function planPart(term: Term, scope: PlanScope): PathPart {
  if (term.kind === 'var' && !scope.bound.has(term.name)) {
    scope.bound.add(term.name);
    return { kind: 'any', slot: slotOf(scope, term.name) };
  }
  if (isBound(term, scope)) {
    return { kind: 'key', get: planGetter(term, scope), constant: term.kind === 'constant' ? term.value : undefined };
  }
  return { kind: 'pattern', match: planMatch(term, scope) };
}

/** Chains the parts of a path, the last one calling `visit`. */
export function followParts(parts: readonly PathPart[], visit: Visit): Visit {
  return parts.reduceRight((next, part) => followPart(part, next), visit);
}

function followPart(part: PathPart, next: Visit): Visit {
  switch (part.kind) {
    case 'key': {
      const { get } = part;
      return (run, frame, value) => {
        const key = get(run, frame);
        const member = key === undefined ? undefined : lookUp(value, key);
        return member !== undefined && next(run, frame, member);
      };
    }
    case 'any': {
      const { slot } = part;
      return (run, frame, value) =>
        forEachMember(run, value, (key, member) => {
          frame[slot] = key;
          return next(run, frame, member);
        });
    }
    case 'pattern': {
      const { match } = part;
      return (run, frame, value) =>
        forEachMember(run, value, (key, member) => match(run, frame, key) && next(run, frame, member));
    }
  }
}

/** Goes through the members of a collection in the order of their keys until one says stop. */
export function forEachMember(run: Run, value: Value, each: (key: Value, member: Value) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      run.budget.step();
      if (each(at, value[at] as Value)) return true; // at is below the length
    }
    return false;
  }
  if (value.kind === 'number') return false;
  const keys = value.kind === 'object' ? value.keys() : value.items();
  const members = value.kind === 'object' ? value.values() : keys;
  for (let at = 0; at < keys.length; at++) {
    run.budget.step();
    if (each(keys[at] as Value, members[at] as Value)) return true; // both lists are that long
  }
  return false;
}

function planHead(head: Term, scope: PlanScope): Getter {
  if (head.kind === 'var' && head.name === 'input' && !scope.slots.has('input')) return (run) => run.scope.input;
  return planGetter(head, scope);
}

function followConstants(head: Getter, keys: readonly Value[]): Getter {
  if (keys.length === 0) return head;
  if (keys.length === 1) {
    const key = keys[0] as Value; // just counted
    return (run: Run, frame: Frame) => {
      const value = head(run, frame);
      return value === undefined ? undefined : lookUp(value, key);
    };
  }
  return (run, frame) => {
    let value = head(run, frame);
    for (let at = 0; value !== undefined && at < keys.length; at++) value = lookUp(value, keys[at] as Value); // in range
    return value;
  };
}
