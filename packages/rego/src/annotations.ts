// SPDX-License-Identifier: Apache-2.0
import { type AnnotationLink, AnnotationSet } from './compiler/annotation-set.ts';
import { type Location, locate } from './location.ts';
import type { Module, Rule } from './syntax/ast.ts';
import { rulePath } from './syntax/attach-annotations.ts';
import type { Value } from './value/value.ts';

/** A rule and everything METADATA blocks say about it. */
export interface RuleAnnotations {
  readonly location: Location;
  readonly rule: Rule;
  /** With the leading `data`, as far as the rule's reference is ground. */
  readonly path: readonly Value[];
  /** From the rule outwards: its own, its document's, its package's, those of packages above. */
  readonly chain: readonly AnnotationLink[];
}

/** Reads the annotations of every rule of modules that were parsed with `annotations: true`, in the order of the text. */
export function readAnnotations(modules: readonly Module[]): readonly RuleAnnotations[] {
  const annotations = new AnnotationSet(modules);
  return modules.flatMap((module) =>
    module.rules.map((rule) => ({
      location: locate(module.source, rule.at),
      rule,
      path: rulePath(module, rule),
      chain: annotations.chain(module, rule),
    })),
  );
}
