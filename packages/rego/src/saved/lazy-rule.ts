// SPDX-License-Identifier: Apache-2.0
import type { Annotations, Head, Module, Rule } from '../syntax/ast.ts';
import { nodeOf, nodeText } from './node-text.ts';
import { cut, type Slice, type SliceWriter } from './slices.ts';

/** A rule as it is saved: what a module set asks of every rule at once, and the rest as text to be read when asked for. */
export interface SavedRule {
  readonly default: boolean;
  readonly generatedBody: boolean;
  readonly at: number;
  readonly end: number;
  /** The head without its value. */
  readonly head: Slice;
  readonly value: Slice | undefined;
  /** Body, else and annotations. */
  readonly rest: Slice;
  /** The rule as the compiler left it. */
  readonly prepared: Slice;
}

type Rest = Pick<Rule, 'body' | 'annotations'> & { readonly else?: Rule };

export function saveRule(rule: Rule, prepared: Rule, out: SliceWriter): SavedRule {
  const { value, ...head } = rule.head;
  const rest: Rest = { body: rule.body, annotations: rule.annotations, ...(rule.else && { else: rule.else }) };
  return {
    default: rule.default,
    generatedBody: rule.generatedBody,
    at: rule.at,
    end: rule.end,
    head: out.add(nodeText(head)),
    value: value && out.add(nodeText(value)),
    rest: out.add(nodeText(rest)),
    prepared: out.add(nodeText({ ...prepared, annotations: [] })),
  };
}

export function loadRule(saved: SavedRule, text: string): Rule {
  const rule = {
    kind: 'rule',
    default: saved.default,
    generatedBody: saved.generatedBody,
    at: saved.at,
    end: saved.end,
    head: loadHead(saved, text),
  };
  let rest: Rest | undefined;
  const restOf = (): Rest => {
    rest ??= nodeOf<Rest>(cut(text, saved.rest));
    return rest;
  };
  define(rule, 'body', () => restOf().body);
  define(rule, 'else', () => restOf().else);
  define(rule, 'annotations', () => restOf().annotations);
  return rule as unknown as Rule; // the getters supply what the literal lacks
}

export function loadPrepared(saved: SavedRule, text: string): Rule {
  return nodeOf<Rule>(cut(text, saved.prepared));
}

export function saveAnnotations(module: Module): string {
  return nodeText([...module.annotations]);
}

export function loadAnnotations(text: string): readonly Annotations[] {
  return nodeOf<Annotations[]>(text);
}

function loadHead(saved: SavedRule, text: string): Head {
  const head = nodeOf<Head>(cut(text, saved.head));
  const { value } = saved;
  if (value !== undefined)
    define(
      head,
      'value',
      once(() => nodeOf(cut(text, value))),
    );
  return head;
}

export function define(on: object, name: string, get: () => unknown): void {
  Object.defineProperty(on, name, { get, enumerable: true, configurable: true });
}

export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
