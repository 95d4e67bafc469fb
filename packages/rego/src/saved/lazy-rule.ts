// SPDX-License-Identifier: Apache-2.0
import type { Head, Rule } from '../syntax/ast.ts';
import { nodeOf, nodeText } from './node-text.ts';
import { cut, type Slice, type SliceWriter } from './slices.ts';

/** A rule as it is saved: what a module set asks of every rule at once, and the rest to be read when asked for. */
export interface SavedRule {
  readonly default: boolean;
  readonly generatedBody: boolean;
  readonly at: number;
  readonly end: number;
  /** The head without its value, as {@link nodeText} writes it. */
  readonly head: string;
  readonly value?: Slice;
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
    head: nodeText(head),
    ...(value && { value: out.add(nodeText(value)) }),
    ...(written.else && { else: out.add(nodeText(withoutBodies(written.else))) }),
    prepared: out.add(nodeText({ ...prepared, annotations: [] })),
  };
}

function withoutBodies(rule: Rule): Rule {
  return { ...rule, body: [], annotations: [], ...(rule.else && { else: withoutBodies(rule.else) }) };
}

export function loadRule(saved: SavedRule, bytes: Buffer): Rule {
  const { value, else: branches } = saved;
  const head = nodeOf<Head>(saved.head);
  if (value) defineOnce(head, 'value', () => nodeOf(cut(bytes, value)));
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
