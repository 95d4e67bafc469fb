// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import type { Source } from '../location.ts';
import type { Ref, Term, With } from '../syntax/ast.ts';
import { constantPath, findNode, isFunctionNode, type ModuleSet, nodeOfRef, type RuleNode } from './module-set.ts';
import { operatorName, reference, rootOf } from './terms.ts';
import type { FunctionType } from './types.ts';

/** What the compiler asks about a built-in function. */
export interface BuiltinFacts {
  readonly arity: number;
  /** It may answer several times, as `walk` does. */
  readonly relation: boolean;
  /** It has no result, as `print` has none. */
  readonly isVoid: boolean;
  /** What it takes and gives, for the type checker. */
  readonly type: FunctionType;
  /** Not part of Rego v1. */
  readonly deprecated: boolean;
}

export interface WithContext {
  readonly source: Source;
  readonly set: ModuleSet;
  readonly builtins: ReadonlyMap<string, BuiltinFacts>;
  readonly errors: RegoError[];
}

export interface CheckedWith {
  readonly modifier: With;
  /** A replacing function is called by name; every other value is computed once. */
  readonly evaluate: boolean;
}

/** Checks what a `with` replaces: (parts of) input, of data, a function of a module or a built-in. */
export function checkWith(modifier: With, context: WithContext): CheckedWith {
  const value = asBuiltin(modifier.value, context);
  const target = rootOf(modifier.target) ? modifier.target : asBuiltin(modifier.target, context);
  const named = { ...modifier, target, value };
  switch (rootOf(target)) {
    case 'input':
      return { modifier: named, evaluate: true };
    case 'data':
      return { modifier: named, evaluate: !replacesFunction(target as Ref, value, context) }; // rootOf saw a reference
    default:
      return { modifier: named, evaluate: !isBuiltinTarget(target, value, context) };
  }
}

function replacesFunction(target: Ref, value: Term, context: WithContext): boolean {
  const { root } = context.set;
  const path = constantPath(target);
  let node: RuleNode | undefined = root;
  for (const part of path.slice(1, -1)) {
    node = node?.children.get(part);
    if (node && node.entries.length > 0) {
      fail(target, 'rego_compile_error', 'with keyword cannot partially replace virtual document(s)', context);
      return false;
    }
  }
  if (isFunctionNode(findNode(root, path)) && isFunctionValue(value, context)) return true;
  return value.kind === 'ref' && isFunctionNode(nodeOfRef(root, value));
}

function isBuiltinTarget(target: Term, value: Term, context: WithContext): boolean {
  if (target.kind !== 'ref' || !context.builtins.has(operatorName(target))) {
    fail(target, 'rego_type_error', 'with keyword target must reference existing input, data, or a function', context);
    return false;
  }
  const name = operatorName(target);
  const refusal = builtinRefusal(name, context.builtins.get(name));
  if (refusal) {
    fail(target, 'rego_compile_error', `with keyword replacing built-in function: ${refusal}`, context);
    return false;
  }
  return isFunctionValue(value, context);
}

function builtinRefusal(name: string, facts: BuiltinFacts | undefined): string | undefined {
  if (name === 'eq' || name === 'rego.metadata.chain' || name === 'rego.metadata.rule') {
    return `replacement of "${name}" invalid`;
  }
  if (name.startsWith('internal.')) return `replacement of internal function "${name}" invalid`;
  if (facts?.relation) return 'target must not be a relation';
  return facts?.isVoid ? 'target must not be a void function' : undefined;
}

/** A rule or a built-in function, given by name. */
function isFunctionValue(value: Term, context: WithContext): boolean {
  if (value.kind !== 'ref') return false;
  return nodeOfRef(context.set.root, value) !== undefined || context.builtins.has(operatorName(value));
}

/** `count` alone is read as a variable; where it names a built-in it is meant as one. */
function asBuiltin(term: Term, context: WithContext): Term {
  return term.kind === 'var' && context.builtins.has(term.name) ? reference(term, [], term.at) : term;
}

function fail(term: Term, code: 'rego_compile_error' | 'rego_type_error', reason: string, context: WithContext): void {
  context.errors.push(errorAt(context.source, term.at, code, reason));
}
