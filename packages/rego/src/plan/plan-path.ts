// SPDX-License-Identifier: Apache-2.0
import { lookUp } from '../eval/look-up.ts';
import type { Run } from '../eval/run.ts';
import type { Term } from '../syntax/ast.ts';
import { isArray, type Value } from '../value/value.ts';
import type { Getter, Match, Visit } from './node.ts';
import { planMatch } from './plan-pattern.ts';
import { isBound, planGetter } from './plan-term.ts';
import { type PlanScope, slotOf } from './scope.ts';

/** A part of a reference's path: known before, or found out by going through the keys. */
export type PathPart =
  | { readonly kind: 'key'; readonly get: Getter; readonly constant: Value | undefined }
  | { readonly kind: 'any'; readonly slot: number }
  | { readonly kind: 'pattern'; readonly match: Match };

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
