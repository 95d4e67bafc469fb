// SPDX-License-Identifier: Apache-2.0
import type { Head, Rule, Term } from '../syntax/ast.ts';
import { holdsCompound, nodeOf, nodeText } from './node-text.ts';
import { cut, type Slice, type SliceWriter } from './slices.ts';

/** A rule as it is saved: what a module set asks of every rule at once, and the rest to be read when asked for. */
export interface SavedRule {
  readonly default: boolean;
  readonly generatedBody: boolean;
  readonly at: number;
  readonly end: number;
  /** The head without its value; as {@link nodeText} writes it, where it holds more than scalars. */
  readonly head: object | string;
  /** The head's value, where it is not the one that the compiler left. */
  readonly value?: Slice;
  readonly keepsValue?: true;
  /** The heads of its branches, without bodies. */
  readonly else?: Slice;
  /** The rule as the compiler left it. */
  readonly prepared: Slice;
}

export function saveRule(written: Rule, prepared: Rule, out: SliceWriter): SavedRule {
  const { value, ...head } = written.head;
  return {
    default: written.default,
    generatedBody: written.generatedBody,
    at: written.at,
    end: written.end,
    head: holdsCompound(head) ? nodeText(head) : head,
    ...savedValue(value, prepared.head.value, out),
    ...(written.else && { else: out.add(nodeText(withoutBodies(written.else))) }),
    prepared: out.add(nodeText({ ...prepared, annotations: [] })),
  };
}

/** A constant stays what it is; of a schema it is most of what there is to save. */
function savedValue(written: Term | undefined, prepared: Term | undefined, out: SliceWriter): Partial<SavedRule> {
  if (written === undefined) return {};
  if (written.kind === 'constant' && prepared?.kind === 'constant') return { keepsValue: true };
  return { value: out.add(nodeText(written)) };
}

function withoutBodies(rule: Rule): Rule {
  return { ...rule, body: [], annotations: [], ...(rule.else && { else: withoutBodies(rule.else) }) };
}

export function loadRule(saved: SavedRule, bytes: Buffer): Rule {
  const { value, else: branches } = saved;
  const head = typeof saved.head === 'string' ? nodeOf<Head>(saved.head) : (saved.head as Head); // written from one
  if (value) defineOnce(head, 'value', () => nodeOf(cut(bytes, value)));
  if (saved.keepsValue) defineOnce(head, 'value', () => loadPrepared(saved, bytes).head.value);
  const rule: Rule = {
    kind: 'rule',
    default: saved.default,
    generatedBody: saved.generatedBody,
    at: saved.at,
    end: saved.end,
    head,
    body: [],
    annotations: [],
  };
  if (branches) defineOnce(rule, 'else', () => nodeOf(cut(bytes, branches)));
  return rule;
}

export function loadPrepared(saved: SavedRule, bytes: Buffer): Rule {
  return nodeOf<Rule>(cut(bytes, saved.prepared));
}

/** A member that is made when it is first asked for. */
export function defineOnce(on: object, name: string, make: () => unknown): void {
  let made: { readonly value: unknown } | undefined;
  const get = (): unknown => {
    made ??= { value: make() };
    return made.value;
  };
  Object.defineProperty(on, name, { get, enumerable: true, configurable: true });
}
