// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import type { Source } from '../location.ts';
import type { Body, Call, CallExpr, EveryExpr, Expr, Head, Ref, Rule, SomeExpr, Term, With } from '../syntax/ast.ts';
import { kindName } from '../syntax/print.ts';
import type { Value } from '../value/value.ts';
import { isArray, isObject, typeOf } from '../value/value.ts';
import { argumentNames, declaredNames } from './declared-names.ts';
import { rebuildExpr, rebuildRef, rebuildTerm } from './rebuild.ts';
import {
  constant,
  equate,
  type FlatCall,
  isWildcard,
  type LocalNames,
  mapSame,
  operatorName,
  reference,
  termExpr,
  variable,
} from './terms.ts';
import { bindable, varsOfBody, varsOfTerm } from './vars.ts';

/**
 * Gives every name its meaning. Imports and the package's own rules become full references (`data.lib.f`); what `:=`,
 * `some`, `every` and function arguments declare becomes a local of its own (`__local3__`), so that later stages
 * never think about scopes. `:=` and `some x in xs` turn into equations.
 */
export interface NameContext {
  readonly source: Source;
  /** Names of imports and of the package's rules. */
  readonly globals: ReadonlyMap<string, Ref>;
  readonly names: LocalNames;
  readonly isBuiltin: (name: string) => boolean;
  readonly errors: RegoError[];
  /** Receives the globals that are meant somewhere. */
  readonly used?: Set<string>;
}

/** How a name came into a scope; a later declaration of the same name is refused by it. */
type Occurrence = 'seen' | 'assigned' | 'declared' | 'argument';

interface Scope {
  readonly locals: Map<string, string>;
  readonly how: Map<string, Occurrence>;
}

export function resolveRule(rule: Rule, context: NameContext): Rule {
  return new NameResolver(context).rule(rule, undefined);
}

export function resolveQuery(body: Body, context: NameContext): Body {
  return new NameResolver(context).query(body);
}

class NameResolver {
  readonly #context: NameContext;
  readonly #scopes: Scope[] = [newScope()];
  /** Names a body declares anywhere: they hide imports and rules even before their declaration. */
  readonly #hidden: ReadonlySet<string>[] = [];

  constructor(context: NameContext) {
    this.#context = context;
  }

  query(body: Body): Body {
    this.#hidden.push(declaredNames(body));
    return this.#body(body);
  }

  rule(rule: Rule, argsOfFirst: Head['args']): Rule {
    const written = argsOfFirst ?? rule.head.args;
    this.#checkArguments(written ?? [], rule.at);
    const hidden = new Set<string>();
    for (const arg of written ?? []) argumentNames(arg, hidden);
    for (const name of declaredNames(rule.body)) hidden.add(name);
    this.#hidden.push(hidden);
    const args = written?.map((arg) => this.#argument(arg));
    this.#renameBuiltinNames(rule);
    const body = this.#body(rule.body);
    // A template among the arguments may speak of what the body declares.
    const settled = args?.map((arg) => (arg.kind === 'template' ? this.#nested(() => this.#term(arg)) : arg));
    const head = this.#head(rule.head, settled);
    const resolved: Rule = { ...rule, head, body };
    return rule.else ? { ...resolved, else: this.#elseRule(rule.else, written) } : resolved;
  }

  /** Each branch has its own scope; only the arguments are common. */
  #elseRule(rule: Rule, args: Head['args']): Rule {
    return new NameResolver(this.#context).rule(rule, args);
  }

  #head(head: Head, args: Head['args']): Head {
    return {
      ...head,
      ref: { ...head.ref, path: head.ref.path.map((part) => this.#term(part)) },
      ...(args && { args }),
      ...(head.key && { key: this.#term(head.key) }),
      ...(head.value && { value: this.#term(head.value) }),
    };
  }

  #checkArguments(args: readonly Term[], at: number): void {
    const names = new Set<string>();
    for (const arg of args) argumentNames(arg, names);
    for (const name of ['data', 'input']) {
      if (names.has(name)) this.#fail(at, `args must not shadow ${name} (use a different variable name)`);
    }
  }

  #argument(term: Term): Term {
    switch (term.kind) {
      case 'var':
        return variable(this.#argumentLocal(term.name), term.at);
      case 'call':
        this.#fail(term.at, 'rule arguments cannot contain calls');
        return term;
      case 'array':
      case 'ref':
        return rebuildTerm(term, { term: (part) => this.#argument(part) });
      case 'object':
        return { ...term, entries: term.entries.map(([key, value]) => [this.#term(key), this.#argument(value)]) };
      case 'constant':
      case 'template':
        return term;
      default:
        // Sets and comprehensions bind nothing; what they declare is their own affair.
        return this.#nested(() => this.#term(term));
    }
  }

  #argumentLocal(name: string): string {
    const known = this.#lookup(name);
    if (known !== undefined) return known;
    const local = this.#context.names.fresh(name);
    this.#insert(name, local, 'argument');
    return local;
  }

  /**
   * A variable named like a built-in function is fine in Rego, but later stages could take it for the function:
   * https://github.com/open-policy-agent/opa/issues/3729.
   */
  #renameBuiltinNames(rule: Rule): void {
    const used = varsOfBody(rule.body, { skipCallHead: true, skipClosures: true });
    const suspects = [...used].filter((name) => this.#context.isBuiltin(name) && this.#lookup(name) === undefined);
    if (suspects.length === 0) return;
    const declared = declaredNames(rule.body);
    const inWith = new Set<string>();
    for (const expr of rule.body) {
      for (const { target, value } of expr.with) {
        varsOfTerm(target, {}, inWith);
        varsOfTerm(value, {}, inWith);
      }
    }
    for (const name of suspects) {
      if (declared.has(name) || inWith.has(name) || this.#context.globals.has(name)) continue;
      this.#insert(name, this.#context.names.fresh(name), 'seen');
    }
  }

  #body(body: Body): Body {
    const resolved: Expr[] = [];
    for (const expr of body) {
      const kept = this.#expr(expr);
      if (kept) resolved.push(kept);
    }
    return resolved.length > 0 ? resolved : [termExpr(constant(true, body[0]?.at ?? 0))];
  }

  #expr(expr: Expr): Expr | undefined {
    switch (expr.kind) {
      case 'call-expr':
        return operatorName(expr.operator) === 'assign' ? this.#assignment(expr) : this.#plain(expr);
      case 'some':
        return this.#some(expr);
      case 'every':
        return this.#every(expr);
      case 'not':
        return {
          ...expr,
          body: this.#operand(expr.body, expr.explicitBody, 'cannot assign vars inside negated expression'),
          with: this.#withs(expr.with),
        };
      case 'and':
      case 'or': {
        const refusal = `cannot assign vars inside implicit ${expr.kind} operand`;
        return {
          ...expr,
          left: this.#operand(expr.left, expr.explicitLeft, refusal),
          right: this.#operand(expr.right, expr.explicitRight, refusal),
          with: this.#withs(expr.with),
        };
      }
      default:
        return this.#plain(expr);
    }
  }

  #plain(expr: Expr): Expr {
    const rebuilt = rebuildExpr({ ...expr, with: [] }, { term: (term) => this.#term(term) });
    const withs = this.#withs(expr.with);
    if (rebuilt.kind !== 'call-expr') return { ...rebuilt, with: withs };
    return { ...rebuilt, operator: this.#operator(rebuilt.operator), with: withs };
  }

  #operand(body: Body, explicit: boolean, refusal: string): Body {
    if (explicit) return this.#nested(() => this.#body(body));
    for (const expr of body) {
      if (expr.kind === 'call-expr' && operatorName(expr.operator) === 'assign') {
        this.#fail(expr.at, refusal);
        return body;
      }
    }
    return this.#body(body);
  }

  #assignment(expr: CallExpr): Expr {
    const [left, right] = expr.args;
    if (expr.negated) {
      this.#fail(expr.at, 'cannot assign vars inside negated expression');
      return expr;
    }
    if (!left || !right || expr.args.length !== 2) return this.#plain(expr);
    const value = this.#term(right);
    const withs = this.#withs(expr.with);
    const target = this.#assigned(left);
    const equation: FlatCall = {
      ...equate(target, value, withs, expr.end),
      at: expr.at,
      generated: expr.generated,
      assigned: true,
    };
    return equation;
  }

  #assigned(term: Term): Term {
    switch (term.kind) {
      case 'var':
        return variable(this.#declare(term.name, 'assigned', term.at), term.at);
      case 'array':
        return rebuildTerm(term, { term: (item) => this.#assigned(item) });
      case 'object':
        return { ...term, entries: term.entries.map(([key, value]) => [this.#term(key), this.#assigned(value)]) };
      case 'ref':
        if (term.path.length === 0 && term.head.kind === 'var') {
          return variable(this.#declare(term.head.name, 'assigned', term.at), term.at);
        }
        break;
      case 'constant':
        if (isEmptyPattern(term.value)) return term;
        this.#fail(term.at, `cannot assign to ${typeOf(scalarIn(term.value))}`);
        return term;
    }
    this.#fail(term.at, `cannot assign to ${kindName(term)}`);
    return term;
  }

  #some(expr: SomeExpr): Expr | undefined {
    const [first] = expr.symbols;
    if (first?.kind === 'call') return this.#someIn(expr, first);
    for (const symbol of expr.symbols) if (symbol.kind === 'var') this.#declare(symbol.name, 'declared', expr.at);
    return undefined;
  }

  /** `some k, v in xs` is `v = xs[k]`. */
  #someIn(expr: SomeExpr, call: Call): Expr | undefined {
    const { args } = call;
    const container = args.at(-1);
    const item = args.at(-2);
    if (!container || !item) return undefined;
    const key = args.length === 3 && args[0] ? args[0] : variable(this.#context.names.fresh(), call.at);
    const bound = varsOfTerm(item, bindable, varsOfTerm(key, bindable));
    const domain = varsOfTerm(container, { skipClosures: true });
    const both = [...bound].filter((name) => domain.has(name) && !isWildcard(name)).sort();
    for (const name of both) this.#fail(expr.at, `var ${name} assigned before`);
    if (both.length > 0) return undefined;
    const resolvedContainer = this.#term(container);
    const inContainer = varsOfTerm(container);
    const outputs = item.kind === 'set' ? varsOfTerm(key, bindable) : bound;
    for (const name of outputs) if (!inContainer.has(name)) this.#declare(name, 'declared', expr.at);
    const path = [this.#term(key)];
    const member =
      resolvedContainer.kind === 'ref'
        ? reference(resolvedContainer.head, [...resolvedContainer.path, ...path], container.at)
        : reference(resolvedContainer, path, container.at);
    const equation = equate(this.#term(item), member, this.#withs(expr.with), expr.end);
    return { ...equation, at: expr.at, generated: expr.generated };
  }

  #every(expr: EveryExpr): Expr {
    const own = varsOfTerm(expr.value, {}, expr.key ? varsOfTerm(expr.key) : new Set());
    this.#hidden.push(own);
    const domain = this.#term(expr.domain);
    const rewritten = this.#nested(() => {
      const key = expr.key
        ? this.#everyVariable(expr.key, expr.at)
        : variable(this.#context.names.fresh(), expr.domain.at);
      const value = this.#everyVariable(expr.value, expr.at);
      return { ...expr, key, value, domain, body: this.#body(expr.body) };
    });
    this.#hidden.pop();
    return { ...rewritten, with: this.#withs(expr.with) };
  }

  #everyVariable(term: Term, at: number): Term {
    if (term.kind !== 'var' || isWildcard(term.name)) return term;
    return variable(this.#declare(term.name, 'declared', at), term.at);
  }

  #withs(withs: readonly With[]): readonly With[] {
    return mapSame(withs, (modifier) => ({
      ...modifier,
      target: this.#withTarget(modifier.target),
      value: this.#term(modifier.value),
    }));
  }

  /** A local named `input` does not hide the document from `with input as …`. */
  #withTarget(target: Term): Term {
    if (target.kind !== 'ref' || target.head.kind !== 'var' || target.head.name !== 'input') return this.#term(target);
    return { ...target, path: mapSame(target.path, (part) => this.#term(part)) };
  }

  #term(term: Term): Term {
    switch (term.kind) {
      case 'constant':
        return term;
      case 'var':
        return this.#name(term.name, term.at);
      case 'ref':
        return this.#ref(term);
      case 'call':
        return {
          ...term,
          operator: this.#calledFunction(term.operator, term.at),
          args: mapSame(term.args, (arg) => this.#term(arg)),
        };
      case 'array-comprehension':
      case 'set-comprehension':
      case 'object-comprehension':
        return this.#comprehension(term);
      case 'template':
        return {
          ...term,
          parts: mapSame(term.parts, (part) =>
            part.kind === 'constant' ? part : this.#nested(() => this.#plain(part)),
          ),
        };
      default:
        return rebuildTerm(term, { term: (part) => this.#term(part) });
    }
  }

  #comprehension(term: Extract<Term, { readonly body: Body }>): Term {
    this.#hidden.push(declaredNames(term.body));
    const rewritten = this.#nested((): Term => {
      const body = this.#body(term.body);
      if (term.kind === 'object-comprehension') {
        return { ...term, body, key: this.#term(term.key), value: this.#term(term.value) };
      }
      return { ...term, body, term: this.#term(term.term) };
    });
    this.#hidden.pop();
    return rewritten;
  }

  #ref(ref: Ref): Term {
    if (ref.head.kind !== 'var') return rebuildRef(ref, (part) => this.#term(part));
    if (ref.path.length === 0 && !this.#global(ref.head.name)) return this.#document(ref, ref.head.name);
    const head = this.#name(ref.head.name, ref.head.at);
    const path = mapSame(ref.path, (part) => this.#term(part));
    if (head.kind === 'ref') return reference(head.head, [...head.path, ...path], ref.at);
    return head === ref.head && path === ref.path ? ref : { ...ref, head, path };
  }

  /** `input` or `data` alone; a local may hide them. */
  #document(ref: Ref, name: string): Term {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const scope = this.#scopes[at];
      const local = scope?.locals.get(name);
      if (local !== undefined) return scope?.how.get(name) === 'seen' ? ref : variable(local, ref.at);
    }
    return ref;
  }

  #operator(operator: Ref): Ref {
    const resolved = this.#ref(operator);
    if (resolved.kind === 'ref') return resolved;
    return reference(resolved, [], operator.at);
  }

  #calledFunction(operator: Ref, at: number): Ref {
    const name = operator.head.kind === 'var' ? operator.head.name : '';
    const global = this.#global(name);
    if (global) return reference(global.head, [...global.path, ...operator.path], operator.at);
    const local = this.#lookup(name);
    if (local !== undefined && local !== name) this.#fail(at, `called function ${operatorName(operator)} shadowed`);
    return operator;
  }

  #global(name: string): Ref | undefined {
    const global = this.#context.globals.get(name);
    if (!global || this.#hidden.some((names) => names.has(name))) return undefined;
    this.#context.used?.add(name);
    return global;
  }

  #name(name: string, at: number): Term {
    const global = this.#global(name);
    if (global) return { ...global, at };
    const local = this.#lookup(name);
    if (local !== undefined) return variable(local, at);
    this.#insert(name, name, 'seen');
    return variable(name, at);
  }

  #lookup(name: string): string | undefined {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const local = this.#scopes[at]?.locals.get(name);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  #declare(name: string, how: Occurrence, at: number): string {
    const earlier = this.#scopes.at(-1)?.how.get(name);
    if (earlier) this.#fail(at, redeclared(name, earlier));
    const local = this.#context.names.fresh(name);
    this.#insert(name, local, how);
    return local;
  }

  #insert(name: string, local: string, how: Occurrence): void {
    const scope = this.#scopes.at(-1);
    scope?.locals.set(name, local);
    scope?.how.set(name, how);
  }

  #nested<T>(run: () => T): T {
    this.#scopes.push(newScope());
    const result = run();
    this.#scopes.pop();
    return result;
  }

  #fail(at: number, reason: string): void {
    this.#context.errors.push(errorAt(this.#context.source, at, 'rego_compile_error', reason));
  }
}

function newScope(): Scope {
  return { locals: new Map(), how: new Map() };
}

function redeclared(name: string, earlier: Occurrence): string {
  switch (earlier) {
    case 'seen':
      return `var ${name} referenced above`;
    case 'assigned':
      return `var ${name} assigned above`;
    case 'declared':
      return `var ${name} declared above`;
    case 'argument':
      return `arg ${name} redeclared`;
  }
}

function isEmptyPattern(value: Value): boolean {
  return (isArray(value) && value.length === 0) || (isObject(value) && value.size === 0);
}

function scalarIn(value: Value): Value {
  const first = isArray(value) ? value[0] : isObject(value) ? value.values()[0] : undefined;
  return first === undefined ? value : scalarIn(first);
}
