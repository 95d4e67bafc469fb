// SPDX-License-Identifier: Apache-2.0
import type { Source } from '../location.ts';
import type { Body, Ref } from '../syntax/ast.ts';
import type { Getter, Link } from './node.ts';
import type { Planner } from './planner.ts';

/** What terms need of expressions and references, which are made of terms themselves. */
export interface InsidePlans {
  readonly links: (body: Body, scope: PlanScope) => readonly Link[];
  readonly reference: (ref: Ref, scope: PlanScope) => Getter;
}

/** What is known while the body of one rule is planned. */
export interface PlanScope {
  readonly planner: Planner;
  readonly source: Source;
  /** Slot of each variable; common to a rule and the bodies inside it. */
  readonly slots: Map<string, number>;
  /** Variables bound at this point. */
  readonly bound: Set<string>;
}

export function newScope(planner: Planner, source: Source): PlanScope {
  return { planner, source, slots: new Map(), bound: new Set(['data', 'input']) };
}

/** For a body inside: what it binds is not bound outside. */
export function innerScope(scope: PlanScope): PlanScope {
  return { ...scope, bound: new Set(scope.bound) };
}

export function slotOf(scope: PlanScope, name: string): number {
  const known = scope.slots.get(name);
  if (known !== undefined) return known;
  const slot = scope.slots.size;
  scope.slots.set(name, slot);
  return slot;
}

/** A slot for a value that has no name. */
export function spareSlot(scope: PlanScope): number {
  return slotOf(scope, ` ${scope.slots.size}`);
}
