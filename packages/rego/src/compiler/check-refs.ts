// SPDX-License-Identifier: Apache-2.0
import type { Expr, Ref, Term } from '../syntax/ast.ts';
import { compare } from '../value/compare.ts';
import { setOf } from '../value/set.ts';
import type { Value } from '../value/value.ts';
import { bodiesOf, termsOf } from './expr-parts.ts';
import type { LocalNames } from './terms.ts';
import { dottedName, isKnownKey, type TypeEnv, type TypeNode } from './type-env.ts';
import { functionAsReference, invalidReference, type TypeFinding, unsupportedReference } from './type-errors.ts';
import { anyType, keysType, selectType, settled, stringType, type Type, valuesType } from './types.ts';
import { unifies, unifyTerm } from './unify-types.ts';

/** Checks every reference of an expression outside of comprehensions; variables in references get their types here. */
export function checkRefs(env: TypeEnv, expr: Expr, names: LocalNames): readonly TypeFinding[] {
  const checker = new RefChecker(env, names);
  checkExpr(expr, checker);
  return checker.findings;
}

function checkExpr(expr: Expr, checker: RefChecker): void {
  if (expr.kind === 'call-expr') {
    for (const arg of expr.args) checkTerm(arg, checker);
    return;
  }
  for (const term of termsOf(expr)) checkTerm(term, checker);
  for (const body of bodiesOf(expr)) for (const inner of body) checkExpr(inner, checker);
}

function checkTerm(term: Term, checker: RefChecker): void {
  switch (term.kind) {
    case 'ref':
      if (checker.note(checker.check(term))) return;
      checkTerm(term.head, checker);
      for (const part of term.path) checkTerm(part, checker);
      return;
    case 'call':
      for (const arg of term.args) checkTerm(arg, checker);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) checkTerm(item, checker);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        checkTerm(key, checker);
        checkTerm(value, checker);
      }
  }
}

/** A finding that says something about the whole reference, so that its parts need no look. */
type RefFinding = TypeFinding & { readonly stops?: boolean };

class RefChecker {
  readonly findings: TypeFinding[] = [];
  readonly #env: TypeEnv;
  readonly #names: LocalNames;

  constructor(env: TypeEnv, names: LocalNames) {
    this.#env = env;
    this.#names = names;
  }

  /** Keeps a finding; true when the parts of the reference need no look any more. */
  note(finding: RefFinding | undefined): boolean {
    if (finding) this.findings.push(finding);
    return finding?.stops ?? false;
  }

  check(ref: Ref): RefFinding | undefined {
    const type = this.#env.typeOfRef(ref);
    if (type?.kind === 'function') return { ...functionAsReference(ref, this.#names), stops: true };
    const { head } = ref;
    if (head.kind !== 'var') return this.#leaf(this.#env.typeOf(head), ref, 0);
    if (head.name === 'data' || head.name === 'input') return this.#root(this.#env, head.name, ref);
    const known = this.#env.variable(head.name);
    if (!known && !this.#env.function(dottedName(ref))) this.#env.variables.set(head.name, anyType);
    return this.#leaf(known ?? anyType, ref, 0);
  }

  #root(env: TypeEnv | undefined, name: string, ref: Ref): RefFinding | undefined {
    for (let layer = env; layer; layer = layer.next) {
      const node = layer.documents.get(name);
      if (!node) continue;
      if (node.type) return this.#leaf(node.type, ref, 0);
      return this.#node(layer, node, ref, 0);
    }
    return this.#leaf(anyType, ref, 0);
  }

  /** Walks down the documents of one layer; where it has no such document, the layer behind is asked from the start. */
  #node(layer: TypeEnv, node: TypeNode, ref: Ref, at: number): RefFinding | undefined {
    const part = ref.path[at];
    if (!part) return undefined;
    const isText = part.kind === 'var' || (part.kind === 'constant' && typeof part.value === 'string');
    if (at < 2 && !isText) {
      return this.#invalid(ref, at, this.#env.typeOf(part), stringType, sortedKeys(node));
    }
    if (part.kind === 'var') {
      const keys = keysType(node.extent());
      const known = this.#env.variable(part.name);
      if (known && !unifies(keys, known)) return this.#invalid(ref, at, known, keys, sortedKeys(node));
      if (!known && keys) this.#env.variables.set(part.name, keys);
    }
    const child = part.kind === 'constant' ? node.children.get(part.value) : undefined;
    const name = ref.head.kind === 'var' ? ref.head.name : '';
    if (!child) return this.#root(layer.next, name, ref);
    return child.type ? this.#leaf(child.type, ref, at + 1) : this.#node(layer, child, ref, at + 1);
  }

  #leaf(type: Type | undefined, ref: Ref, at: number): RefFinding | undefined {
    const part = ref.path[at];
    if (!part) return undefined;
    if (isEmptyCollection(type)) return this.#invalid(ref, at, undefined, undefined, []);
    const keys = keysType(type);
    if (!keys) return unsupportedReference(ref, at - 1, type, this.#names);
    if (isKnownKey(part)) {
      const member = selectType(type, part.value);
      if (!member) return this.#invalid(ref, at, undefined, keys, propertyKeys(type));
      return this.#leaf(member, ref, at + 1);
    }
    return this.#unknownKey(type, keys, ref, at) ?? this.#leaf(valuesType(type), ref, at + 1);
  }

  #unknownKey(type: Type | undefined, keys: Type, ref: Ref, at: number): RefFinding | undefined {
    const part = ref.path[at];
    if (part?.kind === 'var') {
      const known = this.#env.variable(part.name);
      if (!known) this.#env.variables.set(part.name, keys);
      else if (!unifies(known, keys)) return this.#invalid(ref, at, known, keys, propertyKeys(type));
      return undefined;
    }
    if (part?.kind === 'ref') {
      const known = this.#env.typeOfRef(part);
      return known && !unifies(known, keys) ? this.#invalid(ref, at, known, keys, propertyKeys(type)) : undefined;
    }
    if (!part || unifyTerm(this.#env, part, keys, false)) return undefined;
    return this.#invalid(ref, at, this.#env.typeOf(part), keys, []);
  }

  #invalid(
    ref: Ref,
    at: number,
    have: Type | undefined,
    want: Type | undefined,
    oneOf: ReturnType<typeof propertyKeys>,
  ): TypeFinding {
    return invalidReference(ref, at, { have, want, oneOf }, this.#names);
  }
}

function isEmptyCollection(type: Type | undefined): boolean {
  const found = settled(type);
  switch (found?.kind) {
    case 'object':
      return found.properties.length === 0 && !found.rest;
    case 'array':
      return found.items.length === 0 && !found.rest;
    case 'set':
      return !found.of;
    default:
      return false;
  }
}

function sortedKeys(node: TypeNode): readonly Value[] {
  return node.children.keys().sort(compare);
}

/** The keys that would have been right, where a type lists them. */
function propertyKeys(type: Type | undefined): readonly Value[] {
  const found = settled(type);
  if (found?.kind === 'object') return found.properties.map(({ key }) => key);
  if (found?.kind !== 'any') return [];
  return setOf(found.of.flatMap(propertyKeys)).items();
}
