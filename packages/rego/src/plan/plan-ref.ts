// SPDX-License-Identifier: Apache-2.0

import { Look } from '../eval/look.ts';
import { lookUp } from '../eval/look-up.ts';
import type { Run } from '../eval/run.ts';
import type { Ref, Term } from '../syntax/ast.ts';
import type { Value } from '../value/value.ts';
import type { Frame, Getter, Step, Visit } from './node.ts';
import { planDataGetter, planDataVisit } from './plan-data.ts';
import { followParts, planPart } from './plan-path.ts';
import { planGetter } from './plan-term.ts';
import type { PlanScope } from './scope.ts';

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

function planHead(head: Term, scope: PlanScope): Getter {
  if (head.kind === 'var' && head.name === 'input' && !scope.slots.has('input')) return readInput;
  return planGetter(head, scope);
}

function readInput(run: Run): Value | undefined {
  run.look(Look.outside);
  return run.scope.input;
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
