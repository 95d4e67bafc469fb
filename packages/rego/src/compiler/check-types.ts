// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError, sortErrors } from '../error.ts';
import type { Source } from '../location.ts';
import type { Body, CallExpr, Expr, Ref, Rule, Term, With } from '../syntax/ast.ts';
import { printRef } from '../syntax/print.ts';
import { checkRefs } from './check-refs.ts';
import { dependenciesOf, entriesOfRef } from './dependencies.ts';
import { bodiesOf, termsOf } from './expr-parts.ts';
import type { RuleEntry } from './module-set.ts';
import type { CompileContext } from './stages.ts';
import { isComprehension, operatorName } from './terms.ts';
import { type ClosureTyper, dottedName, TypeEnv } from './type-env.ts';
import { argumentError, matchError, type TypeFinding } from './type-errors.ts';
import {
  anyType,
  booleanType,
  type FunctionType,
  functionType,
  isImpossible,
  keysType,
  objectType,
  or,
  setType,
  type Type,
  unknownType,
  valuesType,
} from './types.ts';
import { isAny, unifies, unifyTerm, unifyTerms } from './unify-types.ts';

/**
 * OPA's type checker: each rule's body is read once, in the order in which rules need each other; variables get the
 * types that expressions imply, and an expression that can never hold is an error. A rule with an error counts as
 * any type for the others, so that one mistake is reported once.
 */
export function checkTypes(context: CompileContext): void {
  const checker = new TypeChecker(context);
  const env = checker.rootEnv();
  for (const entry of inDependencyOrder(context)) checker.rule(env, entry);
  context.deferred.push(...sortErrors(checker.errors));
}

/** Every rule behind the rules it needs. */
function inDependencyOrder(context: CompileContext): readonly RuleEntry[] {
  const graph = dependenciesOf(context);
  const ordered: RuleEntry[] = [];
  const visited = new Set<RuleEntry>();
  const visit = (entry: RuleEntry): void => {
    if (visited.has(entry)) return;
    visited.add(entry);
    for (const { edges } of graph.get(entry) ?? []) for (const { to } of edges) visit(to);
    ordered.push(entry);
  };
  for (const entry of context.set.entries) visit(entry);
  return ordered;
}

type Comprehension = Extract<Term, { readonly body: Body }>;

interface ReadClosure {
  readonly env: TypeEnv;
  readonly errors: readonly RegoError[];
  readonly type: Type | undefined;
}

function collectedType(inner: TypeEnv, term: Comprehension): Type {
  const typeOf = (part: Term): Type => inner.typeOf(part) ?? unknownType;
  switch (term.kind) {
    case 'array-comprehension':
      return { kind: 'array', items: [], rest: typeOf(term.term) };
    case 'set-comprehension':
      return setType(typeOf(term.term));
    case 'object-comprehension':
      return objectType([], { key: typeOf(term.key), value: typeOf(term.value) });
  }
}

class TypeChecker {
  readonly errors: RegoError[] = [];
  readonly #context: CompileContext;
  #source: Source = { file: '', text: '' };
  readonly #read = new WeakMap<Term, ReadClosure>();
  /** Which rules need a rule, directly; made when the first `with` asks. */
  #dependents: Map<RuleEntry, RuleEntry[]> | undefined;

  constructor(context: CompileContext) {
    this.#context = context;
  }

  rootEnv(): TypeEnv {
    const functions = (name: string): FunctionType | undefined => this.#context.builtins.get(name)?.type;
    const closures: ClosureTyper = (env, term) => this.#typeOfClosure(env, term);
    return new TypeEnv(functions, closures);
  }

  rule(env: TypeEnv, entry: RuleEntry): void {
    this.#source = entry.module.source;
    for (let branch: Rule | undefined = entry.rule; branch; branch = branch.else) this.#branch(env, entry, branch);
  }

  #branch(env: TypeEnv, entry: RuleEntry, rule: Rule): void {
    const inner = env.wrap();
    const errors = this.#body(inner, rule.body);
    const path = entry.node.path;
    if (errors.length > 0) {
      this.errors.push(...errors);
      const node = env.nodeAt(path);
      if (!entry.dynamic) node.type = anyType;
      return;
    }
    const type = this.#typeOfRule(inner, entry, rule);
    if (type) env.insert(path, type);
  }

  #typeOfRule(env: TypeEnv, entry: RuleEntry, rule: Rule): Type | undefined {
    const { head } = rule;
    if (head.args && head.args.length > 0) return this.#typeOfFunction(env, rule, head.args);
    const value = head.value ? env.typeOf(head.value) : head.key && env.typeOf(head.key);
    if (!value) return undefined;
    return nestedObject(env, dynamicPart(entry, rule), head.value ? value : setType(value));
  }

  #typeOfFunction(env: TypeEnv, { head }: Rule, args: readonly Term[]): Type {
    for (const arg of args) this.#fillArgument(env, arg);
    const result = head.value && env.typeOf(head.value);
    return functionType(
      args.map((arg) => env.typeOf(arg) ?? unknownType),
      result,
    );
  }

  /** A variable of an argument that the body says nothing about may be anything. */
  #fillArgument(env: TypeEnv, arg: Term): void {
    switch (arg.kind) {
      case 'var':
        if (!env.variable(arg.name)) env.variables.set(arg.name, anyType);
        return;
      case 'array':
      case 'set':
        for (const item of arg.items) this.#fillArgument(env, item);
        return;
      case 'object':
        for (const entry of arg.entries) for (const part of entry) this.#fillArgument(env, part);
    }
  }

  /** Checks a body in a layer of its own, which keeps what was learned about its variables. */
  #body(env: TypeEnv, body: Body): readonly RegoError[] {
    return body.flatMap((expr) => this.#expr(env, expr));
  }

  #expr(outer: TypeEnv, expr: Expr): readonly RegoError[] {
    const env = expr.with.length > 0 ? this.#withEnv(outer, expr.with) : outer;
    const inClosures = this.#closures(env, expr);
    const inRefs = checkRefs(env, expr, this.#context.names).map((finding) => this.#error(finding));
    const finding = this.#checkWiths(env, expr.with) ?? (expr.kind === 'call-expr' ? this.#call(env, expr) : undefined);
    // An error that only follows from a better one is left out.
    const follows = finding?.fromUnknown && inClosures.length + inRefs.length > 0;
    return [...inClosures, ...inRefs, ...(finding && !follows ? [this.#error(finding)] : [])];
  }

  #error({ at, message, details }: TypeFinding): RegoError {
    return errorAt(this.#source, at, 'rego_type_error', message, details);
  }

  /** Errors of the last comprehension of an expression that has any. */
  #closures(env: TypeEnv, expr: Expr): readonly RegoError[] {
    let found: readonly RegoError[] = [];
    eachComprehension(expr, (term) => {
      const { errors } = this.#readClosure(env, term);
      if (errors.length > 0) found = errors;
      return errors.length > 0;
    });
    return found;
  }

  #typeOfClosure(env: TypeEnv, term: Term): Type | undefined {
    return isComprehension(term) ? this.#readClosure(env, term).type : undefined;
  }

  /** A comprehension is read once where it stands; inside each other they would be read over and over. */
  #readClosure(env: TypeEnv, term: Comprehension): ReadClosure {
    const known = this.#read.get(term);
    if (known?.env === env) return known;
    const inner = env.wrap();
    const errors = this.#body(inner, term.body);
    const type = errors.length > 0 ? undefined : collectedType(inner, term);
    const read = { env, errors, type };
    this.#read.set(term, read);
    return read;
  }

  #call(env: TypeEnv, expr: CallExpr): TypeFinding | undefined {
    const name = operatorName(expr.operator);
    // `==` between two terms is an equation for OPA by now.
    if (name === 'eq' || (name === 'equal' && expr.args.length === 2)) return checkEquation(env, expr);
    if (name === 'internal.member_2' || name === 'internal.member_3') {
      const finding = checkMember(env, expr, name === 'internal.member_3');
      if (finding) return finding;
    }
    return checkArguments(env, expr);
  }

  /** A replaced document can also have the type of what replaces it, and rules that need it may be anything. */
  #withEnv(env: TypeEnv, withs: readonly With[]): TypeEnv {
    let layer = env;
    const replaced: (readonly [Ref, Type])[] = [];
    for (const { target, value } of withs) {
      if (target.kind !== 'ref') continue;
      const type = env.typeOfRef(target);
      const isFunction = type?.kind === 'function';
      layer = this.#relaxDependents(layer, target, isFunction);
      if (isFunction) continue;
      const valueType = env.typeOf(value);
      const joined = type && valueType ? or(type, valueType) : undefined;
      replaced.push([target, isGroundPath(target) && joined ? joined : anyType]);
    }
    if (replaced.length === 0) return layer;
    layer = layer.wrapWith();
    for (const [target, type] of replaced) putAt(layer, target, type);
    return layer;
  }

  #relaxDependents(env: TypeEnv, target: Ref, keepTarget: boolean): TypeEnv {
    const affected = this.#dependentsOf(target);
    if (affected.size === 0) return env;
    const layer = env.wrapWith();
    for (const entry of affected) {
      const path = entry.node.path;
      if (!keepTarget || dottedName(target) !== path.join('.')) layer.put(path, anyType);
    }
    return layer;
  }

  #dependentsOf(target: Ref): ReadonlySet<RuleEntry> {
    this.#dependents ??= reverseDependencies(this.#context);
    const found = new Set<RuleEntry>();
    const queue = [...entriesOfRef(target, this.#context.set.root)];
    for (const entry of queue) {
      if (found.has(entry)) continue;
      found.add(entry);
      queue.push(...(this.#dependents.get(entry) ?? []));
    }
    return found;
  }

  /** A function that replaces another must take as many arguments. */
  #checkWiths(env: TypeEnv, withs: readonly With[]): TypeFinding | undefined {
    for (const { target, value, at } of withs) {
      const wanted = env.typeOf(target);
      const given = env.typeOf(value);
      if (wanted?.kind !== 'function' || given?.kind !== 'function' || unifies(wanted, given)) continue;
      const name = target.kind === 'ref' ? target : undefined;
      if (name) return argumentError(at, printRef(name), 'arity mismatch', given.args, wanted);
    }
    return undefined;
  }
}

function reverseDependencies(context: CompileContext): Map<RuleEntry, RuleEntry[]> {
  const dependents = new Map<RuleEntry, RuleEntry[]>();
  for (const [entry, branches] of dependenciesOf(context)) {
    for (const to of new Set(branches.flatMap(({ edges }) => edges.map((edge) => edge.to)))) {
      const known = dependents.get(to);
      if (known) known.push(entry);
      else dependents.set(to, [entry]);
    }
  }
  return dependents;
}

function isGroundPath(ref: Ref): boolean {
  return ref.path.every((part) => part.kind === 'constant');
}

function putAt(env: TypeEnv, { head, path }: Ref, type: Type): void {
  const ground = path.findIndex((part) => part.kind !== 'constant');
  const keys = (ground < 0 ? path : path.slice(0, ground)).flatMap((part) =>
    part.kind === 'constant' ? [part.value] : [],
  );
  if (head.kind === 'var') env.put([head.name, ...keys], type);
}

/** The parts of a rule's reference behind its ground prefix. */
function dynamicPart(entry: RuleEntry, rule: Rule): readonly Term[] {
  return rule.head.ref.path.slice(entry.node.path.length - entry.module.package.path.length - 1);
}

/** Each part of a dynamic reference is one level of an object whose keys are known by type only. */
function nestedObject(env: TypeEnv, path: readonly Term[], type: Type): Type | undefined {
  const [first, ...more] = path;
  if (!first) return type;
  const value = nestedObject(env, more, type);
  const key = env.typeOf(first);
  return key && value && objectType([], { key, value });
}

function checkEquation(env: TypeEnv, expr: CallExpr): TypeFinding | undefined {
  const [left, right] = expr.args;
  const types = expr.args.map((arg) => env.typeOf(arg));
  if (!left || !right || expr.args.length > 2) {
    const problem = expr.args.length > 2 ? 'too many arguments' : 'too few arguments';
    return argumentError(expr.at, 'eq', problem, types, functionType([anyType, anyType], booleanType));
  }
  const [a, b] = types;
  if (isOpenClosure(left, a) || isOpenClosure(right, b)) return undefined;
  return unifyTerms(env, left, a, right, b) ? undefined : matchError(expr.at, a, b);
}

/** A comprehension over a function's argument, of which nothing is known yet, fits everything. */
function isOpenClosure(term: Term, type: Type | undefined): boolean {
  return isComprehension(term) && type !== undefined && isImpossible(type);
}

/** What may be found in a collection depends on the collection's own type, which no declaration can say. */
function checkMember(env: TypeEnv, expr: CallExpr, keyed: boolean): TypeFinding | undefined {
  const args = keyed ? expr.args.slice(0, 3) : expr.args.slice(0, 2);
  const [value, collection] = args.slice(-2);
  if (!value || !collection || args.length < (keyed ? 3 : 2)) return undefined;
  const type = env.typeOf(collection);
  const values = valuesType(type);
  if (!values) return undefined;
  const key = keyed && args[0] ? checkMemberOperand(env, expr, args[0], keysType(type)) : undefined;
  return key ?? checkMemberOperand(env, expr, value, values);
}

function checkMemberOperand(env: TypeEnv, expr: CallExpr, term: Term, type: Type | undefined): TypeFinding | undefined {
  if (!type || isImpossible(type)) return undefined;
  const have = env.typeOf(term);
  const fits = (isImpossible(have) || unifies(have, type)) && unifyTerm(env, term, type, false);
  return fits ? undefined : matchError(expr.at, have, type);
}

function checkArguments(env: TypeEnv, expr: CallExpr): TypeFinding | undefined {
  const name = (): string => printRef(expr.operator);
  const type = env.typeOfRef(expr.operator);
  if (type && type.kind === 'any' && isAny(type)) return undefined;
  if (type?.kind !== 'function')
    return { at: expr.at, message: `undefined function ${name()}`, details: [], fromUnknown: false };
  const wanted = type.result ? [...type.args, type.result] : type.args;
  const have = expr.args.map((arg) => env.typeOf(arg));
  if (expr.args.length > wanted.length && !type.variadic) {
    return argumentError(expr.at, name(), 'too many arguments', have, type);
  }
  if (expr.args.length < type.args.length) return argumentError(expr.at, name(), 'too few arguments', have, type);
  for (const [index, arg] of expr.args.entries()) {
    const want = wanted[index] ?? type.variadic;
    if (!isImpossible(have[index]) && !unifies(have[index], want)) {
      return argumentError(expr.at, name(), 'invalid argument(s)', have, type);
    }
    if (!unifyTerm(env, arg, want, false)) {
      const now = expr.args.map((part) => env.typeOf(part));
      return argumentError(expr.at, name(), 'invalid argument(s)', now, type);
    }
  }
  return undefined;
}

/** Calls back with each comprehension of an expression; it says whether to leave out those inside. */
function eachComprehension(expr: Expr, found: (term: Comprehension) => boolean): void {
  switch (expr.kind) {
    case 'term-expr':
      inTerm(expr.term, found);
      break;
    case 'call-expr':
      for (const arg of expr.args) inTerm(arg, found);
      break;
    default:
      for (const term of termsOf(expr)) inTerm(term, found);
      for (const body of bodiesOf(expr)) for (const inner of body) eachComprehension(inner, found);
  }
  for (const { target, value } of expr.with) {
    inTerm(target, found);
    inTerm(value, found);
  }
}

function inTerm(term: Term, found: (term: Comprehension) => boolean): void {
  switch (term.kind) {
    case 'ref':
      inTerm(term.head, found);
      for (const part of term.path) inTerm(part, found);
      return;
    case 'call':
      for (const arg of term.args) inTerm(arg, found);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) inTerm(item, found);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        inTerm(key, found);
        inTerm(value, found);
      }
      return;
    case 'array-comprehension':
    case 'set-comprehension':
      if (found(term)) return;
      inTerm(term.term, found);
      for (const inner of term.body) eachComprehension(inner, found);
      return;
    case 'object-comprehension':
      if (found(term)) return;
      inTerm(term.key, found);
      inTerm(term.value, found);
      for (const inner of term.body) eachComprehension(inner, found);
  }
}
