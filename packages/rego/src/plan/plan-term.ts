// SPDX-License-Identifier: Apache-2.0

import { conflict, type Run } from '../eval/run.ts';
import type { Body, Term } from '../syntax/ast.ts';
import { equal } from '../value/compare.ts';
import { ObjectBuilder } from '../value/object.ts';
import { SetBuilder } from '../value/set.ts';
import type { Value } from '../value/value.ts';
import { type Frame, type Getter, linkAll, type Step } from './node.ts';
import { innerScope, type PlanScope, slotOf } from './scope.ts';

/** Whether every variable of a term is bound, so that it has at most one value. */
export function isBound(term: Term, scope: PlanScope): boolean {
  switch (term.kind) {
    case 'constant':
      return true;
    case 'var':
      return scope.bound.has(term.name);
    case 'ref':
      return isBound(term.head, scope) && term.path.every((part) => isBound(part, scope));
    case 'array':
    case 'set':
      return term.items.every((item) => isBound(item, scope));
    case 'object':
      return term.entries.every(([key, value]) => isBound(key, scope) && isBound(value, scope));
    default:
      return true;
  }
}

/** Plans the value of a term whose variables are bound. */
export function planGetter(term: Term, scope: PlanScope): Getter {
  switch (term.kind) {
    case 'constant': {
      const { value } = term;
      return () => value;
    }
    case 'var': {
      const slot = slotOf(scope, term.name);
      return (_run, frame) => frame[slot];
    }
    case 'ref':
      return scope.planner.inside.reference(term, scope);
    case 'array':
      return planArray(term.items, scope);
    case 'set':
      return planSet(term.items, scope);
    case 'object':
      return planObject(term.entries, scope);
    case 'array-comprehension':
      return planArrayComprehension(term.term, term.body, scope);
    case 'set-comprehension':
      return planSetComprehension(term.term, term.body, scope);
    case 'object-comprehension':
      return planObjectComprehension(term, scope);
    default:
      throw new TypeError(`Expected a term without calls, found a ${term.kind}.`);
  }
}

function planArray(items: readonly Term[], scope: PlanScope): Getter {
  const getters = items.map((item) => planGetter(item, scope));
  return (run, frame) => {
    const values: Value[] = [];
    for (const getter of getters) {
      const value = getter(run, frame);
      if (value === undefined) return undefined;
      values.push(value);
    }
    run.budget.value(values.length);
    return values;
  };
}

function planSet(items: readonly Term[], scope: PlanScope): Getter {
  const getters = items.map((item) => planGetter(item, scope));
  return (run, frame) => {
    const builder = new SetBuilder();
    for (const getter of getters) {
      const value = getter(run, frame);
      if (value === undefined) return undefined;
      builder.add(value);
    }
    run.budget.value(builder.size);
    return builder.build();
  };
}

function planObject(entries: readonly (readonly [Term, Term])[], scope: PlanScope): Getter {
  const getters = entries.map(([key, value]) => [planGetter(key, scope), planGetter(value, scope)] as const);
  return (run, frame) => {
    const builder = new ObjectBuilder();
    for (const [getKey, getValue] of getters) {
      const key = getKey(run, frame);
      const value = getValue(run, frame);
      if (key === undefined || value === undefined) return undefined;
      builder.set(key, value);
    }
    run.budget.value(builder.size);
    return builder.build();
  };
}

/**
 * The collection being built is kept by the plan, not by the frame; it is put aside when the same plan is entered
 * again inside, so that every entry has its own.
 */
function planArrayComprehension(term: Term, body: Body, scope: PlanScope): Getter {
  let items: Value[] = [];
  const run = planClosure(body, scope, (inner) => {
    const get = planGetter(term, inner);
    return (run, frame) => {
      const value = get(run, frame);
      if (value !== undefined) {
        run.budget.value();
        items.push(value);
      }
      return false;
    };
  });
  return (state, frame) => {
    const outer = items;
    items = [];
    run(state, frame);
    const built = items;
    items = outer;
    return built;
  };
}

function planSetComprehension(term: Term, body: Body, scope: PlanScope): Getter {
  let builder = new SetBuilder();
  const run = planClosure(body, scope, (inner) => {
    const get = planGetter(term, inner);
    return (run, frame) => {
      const value = get(run, frame);
      if (value !== undefined) {
        run.budget.value();
        builder.add(value);
      }
      return false;
    };
  });
  return (state, frame) => {
    const outer = builder;
    builder = new SetBuilder();
    run(state, frame);
    const built = builder.build();
    builder = outer;
    return built;
  };
}

function planObjectComprehension(term: Extract<Term, { kind: 'object-comprehension' }>, scope: PlanScope): Getter {
  let builder = new ObjectBuilder();
  const { source } = scope;
  const run = planClosure(term.body, scope, (inner) => {
    const getKey = planGetter(term.key, inner);
    const getValue = planGetter(term.value, inner);
    return (run, frame) => {
      const key = getKey(run, frame);
      const value = getValue(run, frame);
      if (key === undefined || value === undefined) return false;
      const earlier = builder.get(key);
      if (earlier !== undefined && !equal(earlier, value)) {
        throw conflict('object keys must be unique', source, term.key.at);
      }
      run.budget.value();
      builder.set(key, value);
      return false;
    };
  });
  return (state, frame) => {
    const outer = builder;
    builder = new ObjectBuilder();
    run(state, frame);
    const built = builder.build();
    builder = outer;
    return built;
  };
}

/** Plans a body inside a term; `end` is planned when the body's variables are bound. */
function planClosure(
  body: Body,
  scope: PlanScope,
  end: (inner: PlanScope) => Step,
): (run: Run, frame: Frame) => boolean {
  const inner = innerScope(scope);
  const links = scope.planner.inside.links(body, inner);
  return linkAll(links, end(inner));
}
