// SPDX-License-Identifier: Apache-2.0
import { errorAt } from '../error.ts';
import type { Location } from '../location.ts';
import type { Body, Expr, Module, Rule, Term } from '../syntax/ast.ts';
import { termsOf } from './expr-parts.ts';
import type { CompileContext } from './stages.ts';
import { isGenerated, isWildcard, operatorName } from './terms.ts';
import { bindable, varsOfTerm } from './vars.ts';

/** Variables declared by `some` or `every` and never mentioned; in strict mode also arguments and what `:=` assigns. */
export function checkUnusedLocals(context: CompileContext): void {
  // Names were not even given a meaning then.
  if (context.errors.some(({ reason }) => reason.startsWith('args must not shadow'))) return;
  for (const { module, written } of context.set.entries) {
    const text = context.strict ? '' : module.source.text.slice(written.at, written.else?.end ?? written.end);
    if (!context.strict && !declares.test(text)) continue;
    const wrong = context.errors.some(({ location }) => location && isInside(location, module, written));
    for (const [at, message] of findUnused(written, context.strict, wrong)) {
      context.deferred.push(errorAt(module.source, at, 'rego_compile_error', message));
    }
  }
}

function isInside({ file, offset }: Location, { source }: Module, rule: Rule): boolean {
  return file === source.file && offset >= rule.at && offset < (rule.else?.end ?? rule.end);
}

/** Only `every`, and `some` without `in`, declare a variable that nothing else mentions. */
const declares = /\bevery\b|\bsome\s+\w+\b(?:\s*,\s*\w+\b)*(?!\s*(?:,\s*\w|in\b))/;

type Finding = readonly [at: number, message: string];

/** In a rule with errors only arguments are looked at, as the rest may follow from them. */
function findUnused(rule: Rule, strict: boolean, wrong: boolean): readonly Finding[] {
  const branches: Rule[] = [];
  for (let branch: Rule | undefined = rule; branch; branch = branch.else) branches.push(branch);
  const usage = branches.map((branch) => new BranchUsage(branch, rule, strict));
  const findings = wrong ? [] : usage.flatMap(({ findings }) => findings);
  if (!strict) return findings;
  const used = new Set(usage.flatMap(({ usedArguments }) => [...usedArguments]));
  const inArguments = argumentNames(rule)
    .filter((name) => !used.has(name) && !isWildcard(name))
    .map((name): Finding => [rule.head.at, `unused argument ${name}. (hint: use _ (wildcard variable) instead)`]);
  return [...findings, ...inArguments];
}

/** Every variable of the arguments; OPA counts those inside comprehensions and templates as well. */
function argumentNames({ head }: Rule): readonly string[] {
  const names = new Set<string>();
  for (const arg of head.args ?? []) varsOfTerm(arg, {}, names);
  return [...names];
}

/** Variables that a call binds: those of arrays and of the values of objects, not what is only mentioned. */
function patternNames(args: readonly Term[], names: Set<string> = new Set()): ReadonlySet<string> {
  for (const arg of args) {
    if (arg.kind === 'var') names.add(arg.name);
    else if (arg.kind === 'array') patternNames(arg.items, names);
    else if (arg.kind === 'ref') patternNames([arg.head, ...arg.path], names);
    else if (arg.kind === 'object')
      patternNames(
        arg.entries.map(([, value]) => value),
        names,
      );
  }
  return names;
}

type Occurrence = 'seen' | 'argument' | 'assigned' | 'declared';

interface Local {
  readonly how: Occurrence;
  /** How often the name was met, its declaration included. */
  count: number;
  /** It stands somewhere in the text that is left when declarations are gone. */
  mentioned: boolean;
}

/** Goes through one branch of a rule as the compiler does when it gives variables their own names, and counts. */
class BranchUsage {
  readonly findings: Finding[] = [];
  readonly usedArguments: Set<string> = new Set();
  readonly #strict: boolean;
  #scopes: Map<string, Local>[] = [new Map()];
  /** Once something is unused inside, OPA does not look further out. */
  #found = false;

  constructor(rule: Rule, first: Rule, strict: boolean) {
    this.#strict = strict;
    const { head } = rule;
    const inHead = new Set<string>();
    for (const part of [...head.ref.path, ...(head.key ? [head.key] : []), ...(head.value ? [head.value] : [])]) {
      varsOfTerm(part, {}, inHead);
      this.#headTerm(part);
    }
    this.#found = false;
    this.#arguments(first, rule);
    this.#body(rule.body, inHead);
    for (const [name, local] of this.#scopes[0] ?? []) {
      if (local.how === 'argument' && local.count > 1) this.usedArguments.add(name);
    }
  }

  #arguments(rule: Rule, branch: Rule): void {
    for (const name of patternNames(rule.head.args ?? [])) this.#insert(name, 'argument');
    if (branch.head.value) freeVars(branch.head.value, this.usedArguments);
    const times = new Map<string, number>();
    for (const arg of rule.head.args ?? []) countVars(arg, times);
    for (const [name, count] of times) if (count > 1) this.usedArguments.add(name);
  }

  /** Comprehensions of the head have scopes of their own. */
  #headTerm(term: Term): void {
    const scopes = this.#scopes;
    this.#scopes = [new Map()];
    if ('body' in term || term.kind === 'template') this.#term(term);
    else if (term.kind === 'set' || term.kind === 'array') for (const item of term.items) this.#headTerm(item);
    else if (term.kind === 'object') for (const entry of term.entries) for (const part of entry) this.#headTerm(part);
    else if (term.kind === 'call') for (const arg of term.args) this.#headTerm(arg);
    else if (term.kind === 'ref') for (const part of term.path) this.#headTerm(part);
    this.#scopes = scopes;
  }

  #body(body: Body, usedOutside: ReadonlySet<string>): void {
    for (const expr of body) this.#expr(expr);
    if (this.#found) return;
    if (this.#strict) this.#checkAssigned(body, usedOutside);
    if (!this.#found) this.#checkDeclared(body, usedOutside);
  }

  #checkAssigned(body: Body, usedOutside: ReadonlySet<string>): void {
    for (const [name, local] of this.#scopes.at(-1) ?? []) {
      if (local.how !== 'assigned' || isWildcard(name) || local.count > 1 || usedOutside.has(name)) continue;
      const expr = body.find((candidate) => assignedNames(candidate).has(name)) ?? body[0];
      this.#report(expr, `assigned var ${name} unused`);
    }
  }

  #checkDeclared(body: Body, usedOutside: ReadonlySet<string>): void {
    for (const [name, local] of this.#scopes.at(-1) ?? []) {
      if (local.how !== 'declared' || local.mentioned || usedOutside.has(name) || isGenerated(name)) continue;
      const expr = body.find((candidate) => declaredByExpr(candidate).has(name)) ?? body[0];
      this.#report(expr, `declared var ${name} unused`);
    }
  }

  #report(expr: Expr | undefined, message: string): void {
    this.#found = true;
    this.findings.push([expr?.at ?? 0, message]);
  }

  #expr(expr: Expr): void {
    switch (expr.kind) {
      case 'call-expr':
        if (operatorName(expr.operator) === 'assign' && expr.args.length === 2 && !expr.negated) this.#assignment(expr);
        else this.#plain(expr);
        return;
      case 'some':
        this.#some(expr);
        return;
      case 'every':
        this.#term(expr.domain);
        this.#nested(() => {
          for (const part of [expr.key, expr.value]) {
            if (part?.kind === 'var' && !isWildcard(part.name)) this.#insert(part.name, 'declared');
          }
          this.#body(expr.body, new Set());
        });
        break;
      case 'not':
        this.#operand(expr.body, expr.explicitBody);
        break;
      case 'and':
      case 'or':
        this.#operand(expr.left, expr.explicitLeft);
        this.#operand(expr.right, expr.explicitRight);
        break;
      default:
        this.#plain(expr);
        return;
    }
    this.#withs(expr);
  }

  #operand(body: Body, explicit: boolean): void {
    if (explicit) this.#nested(() => this.#body(body, new Set()));
    else for (const expr of body) this.#expr(expr);
  }

  #plain(expr: Expr): void {
    if (expr.kind === 'call-expr') this.#term(expr.operator);
    for (const term of termsOf(expr)) this.#term(term);
    this.#withs(expr);
  }

  #withs(expr: Expr): void {
    for (const { target, value } of expr.with) for (const term of [target, value]) this.#term(term);
  }

  #assignment(expr: Expr & { readonly kind: 'call-expr' }): void {
    const [target, value] = expr.args;
    if (value) this.#term(value);
    for (const modifier of expr.with) this.#term(modifier.value);
    if (target) this.#assigned(target);
  }

  #assigned(target: Term): void {
    if (target.kind === 'var') this.#insert(target.name, 'assigned', true);
    else if (target.kind === 'array') for (const item of target.items) this.#assigned(item);
    else if (target.kind === 'object') for (const [, value] of target.entries) this.#assigned(value);
    else if (target.kind === 'ref' && target.head.kind === 'var') this.#insert(target.head.name, 'assigned', true);
  }

  #some(expr: Expr & { readonly kind: 'some' }): void {
    const [first] = expr.symbols;
    if (first?.kind !== 'call') {
      for (const symbol of expr.symbols) if (symbol.kind === 'var') this.#insert(symbol.name, 'declared');
      return;
    }
    const container = first.args.at(-1);
    const inContainer = container ? varsOfTerm(container) : new Set<string>();
    for (const item of first.args.slice(0, -1)) {
      for (const name of varsOfTerm(item, bindable)) if (!inContainer.has(name)) this.#insert(name, 'declared', true);
    }
    for (const arg of first.args) this.#term(arg);
    this.#withs(expr);
  }

  #term(term: Term): void {
    switch (term.kind) {
      case 'var':
        this.#meet(term.name, true);
        return;
      case 'ref':
        if (term.path.length === 0 && term.head.kind === 'var' && isRoot(term.head.name)) {
          this.#mention(term.head.name);
          return;
        }
        for (const part of [term.head, ...term.path]) this.#term(part);
        return;
      case 'call':
        for (const part of [term.operator, ...term.args]) this.#term(part);
        return;
      case 'array':
      case 'set':
        for (const item of term.items) this.#term(item);
        return;
      case 'object':
        for (const entry of term.entries) for (const part of entry) this.#term(part);
        return;
      case 'array-comprehension':
      case 'set-comprehension':
        this.#comprehension(term.body, [term.term]);
        return;
      case 'object-comprehension':
        this.#comprehension(term.body, [term.key, term.value]);
        return;
      case 'template':
        for (const part of term.parts) if (part.kind !== 'constant') this.#nested(() => this.#plain(part));
    }
  }

  #comprehension(body: Body, parts: readonly Term[]): void {
    const used = new Set<string>();
    for (const part of parts) varsOfTerm(part, {}, used);
    this.#nested(() => {
      this.#body(body, used);
      for (const part of parts) this.#term(part);
    });
  }

  #nested(run: () => void): void {
    this.#scopes.push(new Map());
    run();
    this.#scopes.pop();
  }

  #meet(name: string, mention: boolean): void {
    const local = this.#find(name);
    if (!local) {
      this.#insert(name, 'seen', mention);
      return;
    }
    local.count++;
    local.mentioned = true;
  }

  /** A root document hidden by a local is that local, but OPA does not count it as a use of `:=`. */
  #mention(name: string): void {
    const local = this.#find(name);
    if (local) local.mentioned = true;
  }

  #find(name: string): Local | undefined {
    return this.#scopes.findLast((scope) => scope.has(name))?.get(name);
  }

  #insert(name: string, how: Occurrence, mentioned = false): void {
    this.#scopes.at(-1)?.set(name, { how, count: 1, mentioned });
  }
}

function isRoot(name: string): boolean {
  return name === 'data' || name === 'input';
}

/** Variables of a head's value that its comprehensions do not declare themselves. */
function freeVars(term: Term, into: Set<string>): void {
  switch (term.kind) {
    case 'array-comprehension':
    case 'set-comprehension':
    case 'object-comprehension': {
      const names = varsOfTerm(term);
      for (const expr of term.body) for (const name of declaredByExpr(expr)) names.delete(name);
      for (const name of names) into.add(name);
      return;
    }
    case 'array':
    case 'set':
      for (const item of term.items) freeVars(item, into);
      return;
    case 'object':
      for (const entry of term.entries) for (const part of entry) freeVars(part, into);
      return;
    case 'call':
      for (const arg of term.args) freeVars(arg, into);
      return;
    default:
      varsOfTerm(term, {}, into);
  }
}

function countVars(term: Term, times: Map<string, number>): void {
  if (term.kind === 'var') times.set(term.name, (times.get(term.name) ?? 0) + 1);
  else if (term.kind === 'array') for (const item of term.items) countVars(item, times);
  else if (term.kind === 'object') for (const [, value] of term.entries) countVars(value, times);
}

function assignedNames(expr: Expr): ReadonlySet<string> {
  const [target] = expr.kind === 'call-expr' && operatorName(expr.operator) === 'assign' ? expr.args : [];
  return target ? varsOfTerm(target) : new Set();
}

function declaredByExpr(expr: Expr): ReadonlySet<string> {
  if (expr.kind !== 'some') return assignedNames(expr);
  const names = new Set<string>();
  for (const symbol of expr.symbols) {
    const terms = symbol.kind === 'call' ? symbol.args.slice(0, -1) : [symbol];
    for (const term of terms) varsOfTerm(term, {}, names);
  }
  return names;
}
