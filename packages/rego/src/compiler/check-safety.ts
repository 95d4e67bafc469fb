// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import type { Source } from '../location.ts';
import type { Body, CallExpr, Expr, Term } from '../syntax/ast.ts';
import { outputsOfExpr, unifiedOutputs } from './outputs.ts';
import { rebuildExpr, rebuildTerm } from './rebuild.ts';
import { isComprehension, isEquation, isGenerated, type LocalNames } from './terms.ts';
import { bindable, closuresOfExpr, needed, type VarChoice, varsOfBody, varsOfExpr, varsOfTerm } from './vars.ts';

/**
 * Orders bodies so that every variable is bound before it is read. An expression is taken as soon as what it reads is
 * bound, those of one pass in the order they were written; what can never be taken is an unsafe variable.
 */
export interface SafetyContext {
  readonly source: Source;
  readonly names: LocalNames;
  /** Arity of a function or built-in; undefined when there is none of that name. */
  readonly arity: (call: CallExpr) => number | undefined;
  /** Behind the message: " in rule data.p.q", where a row holds rules of more than one name. */
  readonly scope: string;
}

type Unsafe = Map<Expr, Set<string>>;

/** Orders a body. Findings go to `errors`; the body is then handed back as it was. */
export function orderBody(body: Body, bound: ReadonlySet<string>, context: SafetyContext, errors: RegoError[]): Body {
  const unsafe: Unsafe = new Map();
  const ordered = new Orderer(context, unsafe).body(body, bound);
  if (unsafe.size === 0) return ordered;
  const found = unsafeErrors(unsafe, context);
  errors.push(...found);
  return found.length > 0 ? body : ordered;
}

class Orderer {
  readonly #context: SafetyContext;
  readonly #unsafe: Unsafe;
  readonly #visible: VarChoice;
  #current: Expr | undefined;

  constructor(context: SafetyContext, unsafe: Unsafe) {
    this.#context = context;
    this.#unsafe = unsafe;
    this.#visible = { ...needed, promote: (body) => neededByOperand(body, context) };
  }

  body(body: Body, globals: ReadonlySet<string>): Body {
    if (this.#isOrdered(body, globals)) return this.#closures(body, globals);
    const { ordered, left } = this.#order(body, globals);
    for (const [expr, vars] of left) this.#addUnsafe(expr, vars);
    const whole = this.#closures(ordered, globals);
    return left.size > 0 ? body : whole;
  }

  /** Whether the body can stay as it was written, which nearly all can. */
  #isOrdered(body: Body, globals: ReadonlySet<string>): boolean {
    const safe = new Set(globals);
    let visible: Set<string> | undefined;
    for (const expr of body) {
      const wanted = varsOfExpr(expr, this.#visible);
      const closes = hasClosure(expr);
      if (!closes && wanted.isSubsetOf(safe)) continue;
      const outputs = outputsOfExpr(expr, safe, this.#context.arity);
      const missing = (name: string): boolean => !outputs.has(name) && !safe.has(name);
      if (some(wanted, missing)) return false;
      if (closes) {
        visible ??= varsOfBody(body, this.#visible);
        const closed = closedOver(expr, visible, globals);
        if (closed && closed.size > 0 && (equalSets(closed, outputs) || some(closed, missing))) return false;
      }
      for (const name of outputs) safe.add(name);
    }
    return true;
  }

  #order(body: Body, globals: ReadonlySet<string>): { ordered: Expr[]; left: Unsafe } {
    const wanted = body.map((expr) => varsOfExpr(expr, this.#visible));
    const visible = new Set<string>();
    for (const vars of wanted) for (const name of vars) visible.add(name);
    const safe = new Set([...visible].filter((name) => globals.has(name)));
    const closed = body.map((expr) => closedOver(expr, visible, globals));
    const ordered: Expr[] = [];
    const waiting = new Set(body.keys());
    for (let before = -1; before !== ordered.length; ) {
      before = ordered.length;
      for (const at of waiting) {
        const expr = body[at] as Expr; // waiting holds indices of the body
        const outputs = outputsOfExpr(expr, safe, this.#context.arity);
        const closure = closed[at];
        if (closure && closure.size > 0 && equalSets(closure, outputs)) continue;
        const missing = (name: string): boolean => !outputs.has(name) && !safe.has(name);
        if (some(wanted[at], missing) || some(closure, missing)) continue;
        ordered.push(expr);
        waiting.delete(at);
        for (const name of outputs) safe.add(name);
      }
    }
    const left: Unsafe = new Map();
    for (const at of waiting) {
      const expr = body[at] as Expr; // waiting holds indices of the body
      const outputs = outputsOfExpr(expr, safe, this.#context.arity);
      const unbound = [...(closed[at] ?? [])].filter((name) => !safe.has(name));
      // What a closure lacks is the finding; what the expression itself would have bound is not.
      const vars = unbound.length > 0 && !equalSets(new Set(unbound), outputs) ? unbound : [...(wanted[at] ?? [])];
      const missing = new Set(vars.filter((name) => !safe.has(name) && !outputs.has(name)));
      left.set(expr, missing.size > 0 ? missing : new Set(vars.filter((name) => !safe.has(name))));
    }
    return { ordered, left };
  }

  /** Orders the bodies inside each expression, which may read everything that is bound before it. */
  #closures(body: Body, globals: ReadonlySet<string>): Body {
    if (!body.some(hasClosure)) return body;
    const bound = new Set(globals);
    return body.map((expr) => {
      const rebuilt = hasClosure(expr) ? this.#expr(expr, bound) : expr;
      varsOfExpr(expr, this.#visible, bound);
      return rebuilt;
    });
  }

  #expr(expr: Expr, bound: Set<string>): Expr {
    this.#current = expr;
    if (expr.kind === 'every') {
      if (expr.key) varsOfTerm(expr.key, {}, bound);
      varsOfTerm(expr.value, {}, bound);
    }
    return rebuildExpr(expr, {
      term: (term) => this.#term(term, bound),
      body: (body) => this.#nested(body, bound),
    });
  }

  #term(term: Term, bound: ReadonlySet<string>): Term {
    if (!isComprehension(term)) {
      if (term.kind === 'constant' || term.kind === 'var') return term;
      return rebuildTerm(term, { term: (part) => this.#term(part, bound) });
    }
    const own =
      term.kind === 'object-comprehension' ? varsOfTerm(term.value, {}, varsOfTerm(term.key)) : varsOfTerm(term.term);
    const inBody = varsOfBody(term.body, this.#visible);
    const missing = new Set([...own].filter((name) => !inBody.has(name) && !bound.has(name)));
    if (missing.size > 0 && this.#current) this.#addUnsafe(this.#current, missing);
    const body = this.#nested(term.body, bound);
    return body === term.body ? term : { ...term, body };
  }

  #nested(body: Body, bound: ReadonlySet<string>): Body {
    const outer = this.#current;
    const ordered = this.body(body, bound);
    this.#current = outer;
    return ordered.every((expr, at) => expr === body[at]) ? body : ordered;
  }

  #addUnsafe(expr: Expr, vars: ReadonlySet<string>): void {
    const known = this.#unsafe.get(expr) ?? new Set();
    for (const name of vars) known.add(name);
    this.#unsafe.set(expr, known);
  }
}

function hasClosure(expr: Expr): boolean {
  let found = false;
  closuresOfExpr(expr, () => {
    found = true;
  });
  return found;
}

function closedOver(expr: Expr, visible: ReadonlySet<string>, globals: ReadonlySet<string>): Set<string> | undefined {
  let vars: Set<string> | undefined;
  closuresOfExpr(expr, (collect) => {
    vars ??= new Set();
    collect(vars);
  });
  return vars && new Set([...vars].filter((name) => visible.has(name) && !globals.has(name)));
}

/**
 * What a body without braces under `not`, `and`, `or` needs from outside: of a single expression everything, of
 * several what none of them binds for another.
 */
function neededByOperand(body: Body, context: SafetyContext): Set<string> {
  const users = new Map<string, number>();
  for (const expr of body) for (const name of varsOfExpr(expr, needed)) users.set(name, (users.get(name) ?? 0) + 1);
  if (body.length === 1) return new Set(users.keys());
  const binds = boundInside(body, new Set(users.keys()), context);
  return new Set([...users].filter(([name, count]) => !binds.has(name) || count === 1).map(([name]) => name));
}

function boundInside(body: Body, visible: ReadonlySet<string>, context: SafetyContext): Set<string> {
  const equations = body.filter(isEquation);
  const safe = new Set(['data', 'input', ...visible]);
  for (const { args } of equations) for (const side of args) if (side.kind === 'var') safe.delete(side.name);
  const binds = new Set<string>();
  for (let before = -1; before !== binds.size; ) {
    before = binds.size;
    for (const equation of equations) {
      for (const name of unifiedOutputs(equation, safe)) {
        binds.add(name);
        safe.add(name);
      }
    }
  }
  for (const expr of body) {
    if (expr.kind !== 'call-expr' || isEquation(expr)) continue;
    const arity = context.arity(expr);
    if (arity === undefined) continue;
    for (const output of expr.args.slice(arity)) varsOfTerm(output, { ...bindable, skipSets: true }, binds);
  }
  return binds;
}

function unsafeErrors(unsafe: Unsafe, context: SafetyContext): readonly RegoError[] {
  const { original } = context.names;
  const written = (name: string): string => original.get(name) ?? name;
  const assigned = assignedIn(unsafe, written);
  const places = new Map<string, number>();
  for (const [expr, vars] of unsafe) {
    for (const name of vars) places.set(name, Math.min(places.get(name) ?? expr.at, expr.at));
  }
  const named = [...places].filter(([name]) => !isGenerated(written(name)));
  const own = named.filter(([name]) => !assigned.has(written(name)) && !assigned.has(name));
  const errors = (own.length > 0 ? own : named).map(([name, at]) =>
    errorAt(context.source, at, 'rego_unsafe_var_error', unsafeMessage(written(name), context.scope)),
  );
  return errors.length > 0 ? errors : unsafeExpressions(unsafe, context);
}

const futureKeywords = new Set(['in', 'every', 'contains', 'if', 'not', 'and', 'or']);

function unsafeMessage(name: string, scope: string): string {
  const message = `var ${name.startsWith('$') ? '_' : name} is unsafe${scope}`;
  if (!futureKeywords.has(name)) return message;
  return `${message} (hint: \`import future.keywords.${name}\` to import a future keyword)`;
}

/** Names that only compiler-made locals lack: the expressions say more than the locals. */
function unsafeExpressions(unsafe: Unsafe, context: SafetyContext): readonly RegoError[] {
  const seen = new Set<string>();
  const errors: RegoError[] = [];
  for (const [expr, vars] of [...unsafe].sort(([a], [b]) => a.at - b.at)) {
    const fresh = [...vars].filter((name) => !seen.has(name));
    if (fresh.length === 0) continue;
    for (const name of fresh) seen.add(name);
    errors.push(errorAt(context.source, expr.at, 'rego_unsafe_var_error', `expression is unsafe${context.scope}`));
  }
  return errors;
}

function assignedIn(unsafe: Unsafe, written: (name: string) => string): Set<string> {
  const assigned = new Set<string>();
  for (const expr of unsafe.keys()) {
    if (!isEquation(expr) || !expr.assigned || !expr.args[0]) continue;
    for (const name of varsOfTerm(expr.args[0])) assigned.add(name).add(written(name));
  }
  return assigned;
}

function some(names: ReadonlySet<string> | undefined, test: (name: string) => boolean): boolean {
  if (names) for (const name of names) if (test(name)) return true;
  return false;
}

function equalSets(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && a.isSubsetOf(b);
}
