// SPDX-License-Identifier: Apache-2.0
import { parseNumber as numberValue } from '../value/number.ts';
import { emptySet } from '../value/set.ts';
import { isArray, isNumber, type Value } from '../value/value.ts';
import type { Call, Constant, Expr, Ref, TemplateString, Term, Var } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { checkNumber } from './number-literal.ts';
import { parseArray, parseBraces, parseItems } from './parse-collection.ts';
import { unescapeString } from './parse-literal.ts';
import { parseInfixTerm } from './parse-operator.ts';
import { kindName } from './print.ts';
import { T } from './token.ts';

/** One term without operators around it: a literal, variable, reference, call, collection or comprehension. */
export function parseTerm(cursor: Cursor): Term | undefined {
  const known = cursor.known();
  if (known) {
    cursor.reset(known.after);
    return known.term;
  }
  if (!cursor.enter()) return undefined;
  const at = cursor.start;
  const term = readTerm(cursor);
  if (term) cursor.note(term, at);
  cursor.leave();
  // Reading a single token again is as cheap as remembering it.
  if (term?.kind !== 'var' && (term?.kind !== 'constant' || typeof term.value === 'object')) cursor.remember(at, term);
  return term;
}

function readTerm(cursor: Cursor): Term | undefined {
  eatOperatorName(cursor);
  const at = cursor.start;
  switch (cursor.token) {
    case T.null:
      return finishTerm(cursor, { kind: 'constant', value: null, at });
    case T.true:
      return finishTerm(cursor, { kind: 'constant', value: true, at });
    case T.false:
      return finishTerm(cursor, { kind: 'constant', value: false, at });
    case T.minus:
      return parseNegative(cursor);
    case T.dot:
    case T.number:
      return finishTerm(cursor, parseNumber(cursor));
    case T.string:
      return finishTerm(cursor, parseString(cursor));
    case T.templatePart:
    case T.templateEnd:
      return finishTerm(cursor, parseTemplate(cursor, false));
    case T.rawTemplatePart:
    case T.rawTemplateEnd:
      return finishTerm(cursor, parseTemplate(cursor, true));
    case T.ident:
    case T.contains:
      return finishTerm(cursor, parseVar(cursor));
    case T.leftBracket:
      return finishTerm(cursor, parseArray(cursor));
    case T.leftBrace:
      return finishTerm(cursor, parseBraces(cursor));
    case T.leftParen:
      return finishTerm(cursor, parseParenthesis(cursor));
    default:
      cursor.unexpected();
      return undefined;
  }
}

/** `and(x, y)` and `or(x, y)` call the set functions even where the words are keywords. */
function eatOperatorName(cursor: Cursor): void {
  if ((cursor.token === T.and || cursor.token === T.or) && cursor.peekOrSpace() === T.leftParen) {
    cursor.token = T.ident;
  }
}

function parseParenthesis(cursor: Cursor): Term | undefined {
  cursor.next();
  const term = parseInfixTerm(cursor);
  if (!term) return undefined;
  if (cursor.token === T.rightParen) return term;
  cursor.error(cursor.start, 'non-terminated expression');
  return undefined;
}

/** A negative number, or `-ref`, which is `0 - ref`. */
function parseNegative(cursor: Cursor): Term | undefined {
  const at = cursor.start;
  const mark = cursor.mark();
  cursor.next();
  if (cursor.token !== T.ident && cursor.token !== T.contains) {
    cursor.reset(mark);
    return finishTerm(cursor, parseNumber(cursor));
  }
  const term = finishTerm(cursor, parseVar(cursor));
  if (!term) return undefined;
  cursor.note(term, term.at);
  const minus: Ref = { kind: 'ref', head: { kind: 'var', name: 'minus', at }, path: [], at };
  return { kind: 'call', operator: minus, args: [{ kind: 'constant', value: 0, at }, term], at };
}

/** What may follow a term without a space: `.name`, `[key]`, `(arguments)`. */
function finishTerm(cursor: Cursor, head: Term | undefined): Term | undefined {
  if (!head) return undefined;
  cursor.nextOrSpace();
  switch (cursor.token) {
    case T.leftParen:
    case T.dot:
    case T.leftBracket:
      if (head.kind !== 'var') cursor.note(head, head.at);
      return parseRef(cursor, head);
    case T.whitespace:
      cursor.next();
  }
  return asRoot(head);
}

/** `data` and `input` are references even alone. */
export function asRoot(head: Term): Term {
  if (head.kind !== 'var' || (head.name !== 'data' && head.name !== 'input')) return head;
  return { kind: 'ref', head, path: [], at: head.at };
}

export function parseVar(cursor: Cursor): Var {
  const name = cursor.word === '_' ? newWildcard(cursor) : cursor.word;
  return { kind: 'var', name, at: cursor.start };
}

export function newWildcard(cursor: Cursor): string {
  return `$${cursor.wildcards++}`;
}

/** The rest of a reference or call behind its head. */
export function parseRef(cursor: Cursor, head: Term): Term | undefined {
  if (!cursor.enter()) return undefined;
  if (!canBeRefHead(head)) cursor.error(head.at, `illegal ref (head cannot be ${kindName(head)})`);
  const term = readRef(cursor, head);
  cursor.leave();
  return term;
}

function readRef(cursor: Cursor, head: Term): Term | undefined {
  const path: Term[] = [];
  const { at } = head;
  for (;;) {
    switch (cursor.token) {
      case T.dot: {
        cursor.nextOrSpace();
        if (cursor.token !== T.ident && !cursor.isRefKeyword()) {
          cursor.unexpected('expected identifier');
          return undefined;
        }
        path.push({ kind: 'constant', value: cursor.word, at: cursor.start });
        cursor.nextOrSpace();
        break;
      }
      case T.leftBracket: {
        const part = parseKey(cursor);
        if (!part) return undefined;
        path.push(part);
        break;
      }
      case T.leftParen:
        return parseCallAndRest(cursor, { kind: 'ref', head, path, at });
      case T.whitespace:
        cursor.next();
        return { kind: 'ref', head, path, at };
      default:
        return { kind: 'ref', head, path, at };
    }
  }
}

function parseKey(cursor: Cursor): Term | undefined {
  cursor.next();
  const part = parseInfixTerm(cursor);
  if (!part) return undefined;
  if (cursor.token !== T.rightBracket) {
    cursor.unexpected('expected [');
    return undefined;
  }
  cursor.nextOrSpace();
  return part;
}

function parseCallAndRest(cursor: Cursor, operator: Ref): Term | undefined {
  const call = parseCall(cursor, operator);
  if (!call) return undefined;
  cursor.note(call, operator.at);
  switch (cursor.token) {
    case T.whitespace:
      cursor.next();
      return call;
    case T.dot:
    case T.leftBracket:
      return parseRef(cursor, call);
    default:
      return call;
  }
}

function parseCall(cursor: Cursor, operator: Ref): Call | Constant | undefined {
  const { at } = operator;
  cursor.next();
  if (cursor.token === T.rightParen) {
    cursor.nextOrSpace();
    if (isSetConstructor(operator)) return { kind: 'constant', value: emptySet, at };
    return { kind: 'call', operator, args: [], at };
  }
  const args = parseItems(cursor, T.rightParen, []);
  if (!args) return undefined;
  cursor.nextOrSpace();
  return { kind: 'call', operator, args, at };
}

function isSetConstructor(operator: Ref): boolean {
  return operator.path.length === 0 && operator.head.kind === 'var' && operator.head.name === 'set';
}

function canBeRefHead(head: Term): boolean {
  switch (head.kind) {
    case 'var':
    case 'call':
    case 'array':
    case 'object':
    case 'set':
    case 'array-comprehension':
    case 'object-comprehension':
    case 'set-comprehension':
      return true;
    case 'constant':
      return !isScalar(head.value);
    default:
      return false;
  }
}

function parseNumber(cursor: Cursor): Constant | undefined {
  const at = cursor.start;
  let prefix = '';
  if (cursor.token === T.minus) {
    prefix = '-';
    cursor.next();
    if (cursor.token !== T.number && cursor.token !== T.dot) return expectedNumber(cursor);
  }
  if (cursor.token === T.dot) {
    prefix += '.';
    cursor.next();
    if (cursor.token !== T.number) return expectedNumber(cursor);
  }
  if (!prefix.endsWith('.') && cursor.word.startsWith('0') && !isPlainZero(cursor.word)) {
    cursor.unexpected('expected number without leading zero');
    return undefined;
  }
  const literal = prefix + cursor.word;
  const problem = checkNumber(literal);
  if (problem === 'number too big') cursor.error(cursor.start, problem);
  else if (problem) cursor.unexpected(problem);
  return problem ? undefined : { kind: 'constant', value: numberValue(literal), at };
}

function expectedNumber(cursor: Cursor): undefined {
  cursor.unexpected('expected number');
  return undefined;
}

/** `0`, `0.5` and `0e5` may begin with a zero, `01` may not; nor may `0e`, which the scanner refused already. */
function isPlainZero(word: string): boolean {
  return word === '0' || word[1] === '.' || (word.length > 2 && (word[1] === 'e' || word[1] === 'E'));
}

function parseString(cursor: Cursor): Constant | undefined {
  const { start, end } = cursor;
  const literal = cursor.text(start, end);
  if (!literal.startsWith('"') || !cursor.escaped) {
    return literal.length < 2 ? undefined : { kind: 'constant', value: literal.slice(1, -1), at: start };
  }
  const value = unescapeString(literal);
  if (value === undefined) {
    cursor.error(start, `illegal string literal: ${literal}`);
    return undefined;
  }
  return { kind: 'constant', value, at: start };
}

function parseTemplate(cursor: Cursor, multiLine: boolean): TemplateString | undefined {
  const at = cursor.start;
  if (!cursor.grants('template_strings')) {
    cursor.error(at, 'template strings are not supported by current capabilities');
    return undefined;
  }
  const parts: (Constant | Expr)[] = [];
  for (;;) {
    const text = templateText(cursor, multiLine);
    if (text === undefined) return undefined;
    if (text !== '') parts.push({ kind: 'constant', value: text, at: cursor.start });
    if (cursor.token === T.templateEnd || cursor.token === T.rawTemplateEnd) break;
    const part = parseTemplateExpr(cursor);
    if (!part) return undefined;
    parts.push(part);
    cursor.nextTemplatePart(multiLine);
  }
  return { kind: 'template', parts, multiLine, at };
}

function templateText(cursor: Cursor, multiLine: boolean): string | undefined {
  const isPart = cursor.token >= T.templatePart && cursor.token <= T.rawTemplateEnd;
  if (!isPart) {
    cursor.error(cursor.start, 'expected template-string part');
    return undefined;
  }
  const inner = cursor.word.slice(1, -1);
  if (multiLine || !inner.includes('\\')) return inner;
  const text = unescapeString(`"${inner}"`);
  if (text === undefined) cursor.error(cursor.start, `illegal template-string part: ${cursor.word}`);
  return text;
}

/** The expression between braces; a scalar that stands alone is a constant part, since it can never be undefined. */
function parseTemplateExpr(cursor: Cursor): Constant | Expr | undefined {
  const comments = cursor.commentsSeen;
  cursor.next();
  const expr = cursor.grammar.literal(cursor);
  if (!expr) {
    cursor.error(cursor.start, 'invalid template-string expression');
    return undefined;
  }
  const refusal = templateRefusal(expr);
  if (refusal) {
    cursor.error(expr.at, refusal);
    return undefined;
  }
  if (cursor.token !== T.rightBrace) {
    cursor.error(cursor.start, 'expected } to end template string expression');
    return undefined;
  }
  const commented = cursor.commentsSeen !== comments;
  const scalar = expr.kind === 'term-expr' && expr.term.kind === 'constant' && isScalar(expr.term.value);
  return scalar && !commented ? expr.term : expr;
}

function templateRefusal(expr: Expr): string | undefined {
  const place = 'in template-string expression';
  if (expr.negated) return `unexpected negation ('not') ${place}`;
  if (isOperation(expr, 'eq')) return `unexpected unification ('=') ${place}`;
  if (isOperation(expr, 'assign')) return `unexpected assignment (':=') ${place}`;
  if (expr.kind === 'every' || expr.kind === 'some') return `unexpected '${expr.kind}' ${place}`;
  return undefined;
}

/** Whether an expression calls the built-in function of an operator by its bare name. */
export function isOperation(expr: Expr, name: string): boolean {
  if (expr.kind !== 'call-expr' || expr.operator.path.length > 0) return false;
  return expr.operator.head.kind === 'var' && expr.operator.head.name === name;
}

function isScalar(value: Value): boolean {
  return typeof value !== 'object' || value === null || (!isArray(value) && isNumber(value));
}
