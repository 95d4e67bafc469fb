// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Head, Ref, Rule, Term } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { isGround } from './ground.ts';
import { parseBody, parseLiteral } from './parse-body.ts';
import { parseInfixTerm } from './parse-operator.ts';
import { asRoot, newWildcard, parseRef, parseVar } from './parse-term.ts';
import { kindName, printRef } from './print.ts';
import { moveTo } from './relocate.ts';
import { T, type Token, tokenName } from './token.ts';

/** A node still being put together. */
type Draft<Node> = { -readonly [Key in keyof Node]: Node[Key] };

/**
 * A statement as rules: one, or several when bodies are chained. Undefined without an error means that it is no rule;
 * the caller then reads it as a body.
 */
export function parseRules(cursor: Cursor): readonly Rule[] | undefined {
  const at = cursor.start;
  cursor.eatRefKeyword();
  const isDefault = cursor.token === T.default;
  if (isDefault) {
    cursor.next();
    cursor.eatRefKeyword();
  }
  if (cursor.token !== T.ident) {
    if (isDefault) errorKeywordAsName(cursor, true);
    return undefined;
  }
  const head = parseHead(cursor, isDefault);
  if (!head) return undefined;
  if (isDefault) return parseDefault(cursor, head, at);
  return settleHead(cursor, head) ? parseRuleBodies(cursor, head, at) : undefined;
}

/** `p[x]` has meant a set, an object and, with `if`, a single value; which one shows only behind the head. */
function settleHead(cursor: Cursor, head: Draft<Head>): boolean {
  const [key] = head.ref.path;
  if (head.usesContains || !key || head.ref.path.length !== 1) return true;
  if (cursor.token === T.if) {
    if ((!isGround(key) || key.kind === 'ref') && !hasArgs(head)) head.key = key;
    if (head.value) return nameAfterRef(head);
    head.generatedValue = true;
    head.value = { kind: 'constant', value: true, at: head.at };
    return true;
  }
  if (hasArgs(head)) return true;
  if (!nameAfterRef(head)) return false;
  head.key = key;
  if (!head.value) head.ref = { ...head.ref, path: [] };
  return true;
}

function nameAfterRef(head: Draft<Head>): boolean {
  if (head.ref.head.kind !== 'var') return false;
  head.name = head.ref.head.name;
  return true;
}

function hasArgs(head: Head): boolean {
  return head.args !== undefined && head.args.length > 0;
}

function parseRuleBodies(cursor: Cursor, head: Draft<Head>, at: number): readonly Rule[] | undefined {
  const first = parseFirstBody(cursor, head, at);
  if (!first) return undefined;
  if (first === 'generated') {
    // Its location is the head's, as is its end.
    const body = trueBody(at, head.end);
    return [{ ...ruleBase, head, body, generatedBody: true, at: head.at, end: head.end }];
  }
  const rule: Draft<Rule> = { ...ruleBase, head, body: first, at, end: cursor.lastEnd };
  if (cursor.token === T.else && !cursor.eatRefKeyword()) {
    const branch = parseElseOf(cursor, head);
    if (!branch) return undefined;
    rule.else = branch;
  }
  rule.end = cursor.lastEnd;
  return parseChain(cursor, rule);
}

function parseFirstBody(cursor: Cursor, head: Draft<Head>, _at: number): Body | 'generated' | undefined {
  if (cursor.token === T.if) {
    head.usesIf = true;
    cursor.next();
    const leadingBrace = cursor.token === T.leftBrace;
    const mark = cursor.mark();
    const expr = parseLiteral(cursor);
    if (expr && !(leadingBrace && isSetLiteral(expr))) return [expr];
    // Without a brace there is no other reading, so the literal's own error stands.
    if (!leadingBrace) return undefined;
    cursor.reset(mark);
    return parseBraced(cursor);
  }
  if (cursor.token === T.leftBrace) return parseBraced(cursor);
  return head.usesContains ? 'generated' : undefined;
}

/** `p if { true }` is a body, not a set of one member. */
function isSetLiteral(expr: Expr): boolean {
  return expr.kind === 'term-expr' && kindName(expr.term) === 'set';
}

function parseBraced(cursor: Cursor): Body | undefined {
  cursor.next();
  const body = parseBody(cursor, T.rightBrace);
  if (body) cursor.next();
  return body;
}

/** Further bodies in braces: each is a rule with the same head, found where its body is. */
function parseChain(cursor: Cursor, first: Rule): readonly Rule[] | undefined {
  const rules = [first];
  while (cursor.token === T.leftBrace) {
    if (first.else) {
      cursor.error(cursor.start, 'expected else keyword');
      return undefined;
    }
    const at = cursor.start;
    const body = parseBraced(cursor);
    if (!body) return undefined;
    const head = { ...moveTo(copyHead(cursor, first.head), at), at, end: cursor.lastEnd };
    rules.push({ ...ruleBase, head, body, at, end: cursor.lastEnd });
  }
  return rules;
}

function parseElseOf(cursor: Cursor, head: Head): Rule | undefined {
  if (head.ref.path.length > 0 && !isGround(head.ref)) {
    cursor.error(cursor.start, 'else keyword cannot be used on rules with variables in head');
    return undefined;
  }
  if (head.key) {
    cursor.error(cursor.start, 'else keyword cannot be used on multi-value rules');
    return undefined;
  }
  return parseElse(cursor, head);
}

function parseElse(cursor: Cursor, outer: Head): Rule | undefined {
  const at = cursor.start;
  const head: Draft<Head> = {
    ...copyHead(cursor, outer),
    generatedValue: false,
    usesIf: false,
    usesContains: false,
    at,
    end: cursor.end,
  };
  cursor.next();
  if (!parseElseValue(cursor, head)) return undefined;
  const body = parseElseBody(cursor, head, at);
  if (!body) return undefined;
  const rule: Draft<Rule> = {
    ...ruleBase,
    head,
    body: body.body,
    generatedBody: body.generated,
    at,
    end: cursor.lastEnd,
  };
  if (!body.generated && cursor.token === T.else) {
    const branch = parseElse(cursor, outer);
    if (!branch) return undefined;
    rule.else = branch;
  }
  rule.end = cursor.lastEnd;
  return rule;
}

function parseElseValue(cursor: Cursor, head: Draft<Head>): boolean {
  switch (cursor.token) {
    case T.leftBrace:
    case T.if:
      head.generatedValue = true;
      head.value = { kind: 'constant', value: true, at: head.at };
      return true;
    case T.assign:
    case T.unify: {
      head.assign = cursor.token === T.assign;
      cursor.next();
      const value = parseInfixTerm(cursor);
      if (!value) return false;
      head.value = value;
      head.end = cursor.lastEnd;
      return true;
    }
    default:
      cursor.unexpected('expected else value term or rule body');
      return false;
  }
}

function parseElseBody(
  cursor: Cursor,
  head: Draft<Head>,
  at: number,
): { readonly body: Body; readonly generated: boolean } | undefined {
  if (cursor.token !== T.if && cursor.token !== T.leftBrace) {
    return { body: trueBody(at, cursor.lastEnd), generated: true };
  }
  if (cursor.token === T.if) {
    head.usesIf = true;
    cursor.next();
  }
  if (cursor.token === T.leftBrace) {
    const body = parseBraced(cursor);
    return body && { body, generated: false };
  }
  if (cursor.token === T.eof) {
    cursor.unexpected('rule body expected');
    return undefined;
  }
  const expr = parseLiteral(cursor);
  // OPA reports everything in such a body where its `else` is.
  return expr && { body: [moveTo(expr, at)], generated: false };
}

/** The same head for another body; wildcards among its arguments are other variables there. */
function copyHead(cursor: Cursor, head: Head): Head {
  if (!head.args) return head;
  const args = head.args.map((arg) =>
    arg.kind === 'var' && arg.name.startsWith('$') ? { ...arg, name: newWildcard(cursor) } : arg,
  );
  return { ...head, args };
}

function parseDefault(cursor: Cursor, head: Head, at: number): readonly Rule[] | undefined {
  const refusals = defaultRefusals(head);
  for (const refusal of refusals) cursor.error(at, `illegal default rule (${refusal})`);
  if (refusals.length > 0) return undefined;
  return [{ ...ruleBase, default: true, head, body: trueBody(at, at + 'default'.length), at, end: at }];
}

function defaultRefusals(head: Head): readonly string[] {
  if (!head.value) return ['must have a value'];
  const values = nonConstantKinds(head.value).map((kind) => `value cannot contain ${kind}`);
  return values.length > 0 || !hasArgs(head) ? values : argumentRefusals(head.args ?? []);
}

function nonConstantKinds(term: Term): readonly string[] {
  switch (term.kind) {
    case 'var':
    case 'ref':
    case 'call':
      return [term.kind];
    case 'array':
    case 'set':
      return term.items.flatMap(nonConstantKinds);
    case 'object':
      return term.entries.flatMap((entry) => entry.flatMap(nonConstantKinds));
    case 'template':
      return term.parts.flatMap((part) => (part.kind === 'term-expr' ? nonConstantKinds(part.term) : []));
    default:
      return [];
  }
}

function argumentRefusals(args: readonly Term[]): readonly string[] {
  const seen = new Set<string>();
  return args.flatMap((arg) => {
    if (arg.kind !== 'var') return [`arguments cannot contain ${kindName(arg)}`];
    if (seen.has(arg.name)) return [`arguments cannot be repeated ${arg.name.startsWith('$') ? '_' : arg.name}`];
    seen.add(arg.name);
    return [];
  });
}

const ruleBase = { kind: 'rule', default: false, generatedBody: false, annotations: [] } as const;

/** The body of a rule that has none. */
export function trueBody(at: number, end: number): Body {
  const term = { kind: 'constant', value: true, at } as const;
  return [{ kind: 'term-expr', term, with: [], negated: false, generated: true, at, end }];
}

function parseHead(cursor: Cursor, isDefault: boolean): Draft<Head> | undefined {
  const at = cursor.start;
  const term = parseHeadTerm(cursor);
  if (!term) {
    cursor.unexpected('expected rule head name');
    return undefined;
  }
  const head = headOf(cursor, term, at);
  if (!head) return undefined;
  const name = printRef(head.ref);
  if (cursor.token === T.contains) parseContains(cursor, head, name);
  else if (cursor.token === T.unify || cursor.token === T.assign) parseHeadValue(cursor, head, name, isDefault);
  head.end = cursor.lastEnd;
  if (!head.value && !head.key && !head.usesContains && (head.ref.path.length !== 1 || hasArgs(head))) {
    head.generatedValue = true;
    head.value = { kind: 'constant', value: true, at };
  }
  return head;
}

function parseHeadTerm(cursor: Cursor): Term | undefined {
  const name = parseVar(cursor);
  cursor.nextOrSpace();
  if (operatorsBehindHead.has(cursor.token)) cursor.unexpected();
  else if (cursor.token === T.whitespace) cursor.next();
  if (cursor.token === T.leftParen || cursor.token === T.dot || cursor.token === T.leftBracket) {
    return parseRef(cursor, name);
  }
  return asRoot(name);
}

const operatorsBehindHead: ReadonlySet<Token> = new Set([
  T.plus,
  T.minus,
  T.mul,
  T.div,
  T.rem,
  T.ampersand,
  T.pipe,
  T.equal,
  T.notEqual,
  T.greater,
  T.greaterOrEqual,
  T.less,
  T.lessOrEqual,
]);

function headOf(cursor: Cursor, term: Term, at: number): Draft<Head> | undefined {
  const ref = headRef(term);
  if (!ref) return undefined;
  if (term.kind === 'call' && ref.head.kind !== 'var') {
    cursor.unexpected(`rule head ref ${printRef(ref)} invalid`);
    return undefined;
  }
  return {
    kind: 'head',
    name: ref.path.length === 0 && ref.head.kind === 'var' ? ref.head.name : '',
    ref,
    ...(term.kind === 'call' && { args: term.args }),
    assign: false,
    generatedValue: false,
    usesIf: false,
    usesContains: false,
    at,
    end: cursor.lastEnd,
  };
}

function headRef(term: Term): Ref | undefined {
  if (term.kind === 'ref') return term;
  if (term.kind === 'call') return term.operator;
  return term.kind === 'var' ? { kind: 'ref', head: term, path: [], at: term.at } : undefined;
}

function parseContains(cursor: Cursor, head: Draft<Head>, name: string): void {
  head.usesContains = true;
  if (head.args) {
    cursor.unexpected(
      `the contains keyword can only be used with multi-value rule definitions (e.g., ${name} contains <VALUE> { ... })`,
    );
  }
  cursor.next();
  const key = parseInfixTerm(cursor);
  if (key) head.key = key;
  else cursor.unexpected(`expected rule key term (e.g., ${name} contains <VALUE> { ... })`);
}

function parseHeadValue(cursor: Cursor, head: Draft<Head>, name: string, isDefault: boolean): void {
  head.assign = cursor.token === T.assign;
  cursor.next();
  const value = parseInfixTerm(cursor);
  if (value) head.value = value;
  else cursor.unexpected(expectedValue(head, name, isDefault));
}

function expectedValue(head: Head, name: string, isDefault: boolean): string {
  if (!head.assign) return `expected rule value term (e.g., ${name}[<nil>] = <VALUE> { ... })`;
  if (hasArgs(head)) return `expected function value term (e.g., ${name}(...) := <VALUE> { ... })`;
  if (isDefault) return `expected default rule value term (e.g., default ${name} := <VALUE>)`;
  return `expected rule value term (e.g., ${name} := <VALUE> { ... })`;
}

/**
 * Complains when a keyword stands where a rule's name would. Without `default` before it, what follows decides: only
 * some tokens make a statement surely a rule.
 */
export function errorKeywordAsName(cursor: Cursor, afterDefault: boolean): boolean {
  const followers = nameFollowers.get(cursor.token);
  if (!followers) return false;
  if (!afterDefault && !followers.includes(cursor.peek())) return false;
  cursor.error(cursor.start, `${tokenName(cursor.token)} keyword cannot be used for rule name`);
  return true;
}

const anyRule: readonly Token[] = [T.assign, T.unify, T.if, T.contains, T.leftParen];
// At the start of a statement `not (x)` is a negated group and `or(x, y)` a call.
const operatorWord: readonly Token[] = [T.assign, T.unify, T.if, T.contains];
// `package contains` and `import if.foo` name a path.
const pathWord: readonly Token[] = [T.assign, T.unify, T.leftParen];

const nameFollowers: ReadonlyMap<Token, readonly Token[]> = new Map([
  [T.every, anyRule],
  [T.if, anyRule],
  [T.in, anyRule],
  [T.some, anyRule],
  [T.as, anyRule],
  [T.package, pathWord],
  [T.import, pathWord],
  [T.not, operatorWord],
  [T.and, operatorWord],
  [T.or, operatorWord],
  [T.contains, [T.if, T.contains]],
]);
