// SPDX-License-Identifier: Apache-2.0
import { print, quote } from '../value/print.ts';
import { typeOf } from '../value/value.ts';
import type { Body, Expr, Ref, TemplateString, Term, With } from './ast.ts';
import { sortedEntries, sortedItems } from './compare-terms.ts';
import { isReservedWord } from './token.ts';

/**
 * Syntax as text on one line, the way OPA prints it in messages: operators as calls, strings quoted as Go does,
 * wildcards as `_`. Not a formatter.
 */
export function printTerm(term: Term): string {
  switch (term.kind) {
    case 'constant':
      return print(term.value);
    case 'var':
      return printVar(term.name);
    case 'ref':
      return printRef(term);
    case 'call':
      return `${printRef(term.operator)}(${printTerms(term.args)})`;
    case 'array':
      return `[${printTerms(term.items)}]`;
    case 'set':
      return term.items.length === 0 ? 'set()' : `{${printTerms(sortedItems(term.items))}}`;
    case 'object':
      return `{${sortedEntries(term.entries)
        .map(([key, value]) => `${printTerm(key)}: ${printTerm(value)}`)
        .join(', ')}}`;
    case 'array-comprehension':
      return `[${printHeadTerm(term.term)} | ${printBody(term.body)}]`;
    case 'set-comprehension':
      return `{${printHeadTerm(term.term)} | ${printBody(term.body)}}`;
    case 'object-comprehension':
      return `{${printHeadTerm(term.key)}: ${printHeadTerm(term.value)} | ${printBody(term.body)}}`;
    case 'template':
      return printTemplate(term);
  }
}

export function printTerms(terms: readonly Term[]): string {
  return terms.map(printTerm).join(', ');
}

/** A variable's name; a wildcard is `_` again. */
export function printVar(name: string): string {
  return name.startsWith('$') ? '_' : name;
}

export function printRef(ref: Ref): string {
  const { head, path } = ref;
  const lead = head.kind === 'constant' && typeof head.value === 'string' ? head.value : printTerm(head);
  return lead + path.map(printPart).join('');
}

/** A path of strings as a reference: `data.a["b-c"]`. */
export function printPath(path: readonly string[]): string {
  return path.map((part, index) => (index === 0 ? part : printStringPart(part))).join('');
}

function printPart(part: Term): string {
  if (part.kind === 'constant' && typeof part.value === 'string') return printStringPart(part.value);
  return `[${printTerm(part)}]`;
}

function printStringPart(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !isReservedWord(text, 'v1')) return `.${text}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
  return /[\0-\x1f\x7f\\]/.test(text) ? `[${quote(text)}]` : `["${text}"]`;
}

export function printBody(body: Body): string {
  return body.map(printExpr).join('; ');
}

export function printExpr(expr: Expr): string {
  const text = (expr.negated ? 'not ' : '') + printExprAlone(expr);
  return [text, ...expr.with.map(printWith)].join(' ');
}

function printWith({ target, value }: With): string {
  return `with ${printTerm(target)} as ${printTerm(value)}`;
}

function printExprAlone(expr: Expr): string {
  switch (expr.kind) {
    case 'term-expr':
      return printTerm(expr.term);
    case 'call-expr': {
      const name = printRef(expr.operator);
      const [left, right] = expr.args;
      if (name === 'eq' && left && right && expr.args.length === 2) return `${printTerm(left)} = ${printTerm(right)}`;
      return `${name}(${printTerms(expr.args)})`;
    }
    case 'some':
      return `some ${printSymbols(expr.symbols)}`;
    case 'every': {
      const symbols = [...(expr.key ? [expr.key] : []), expr.value];
      return `every ${printTerms(symbols)} in ${printTerm(expr.domain)} { ${printBody(expr.body)} }`;
    }
    case 'not':
      return printNot(expr.body, expr.explicitBody);
    case 'and':
    case 'or': {
      const left = printOperand(expr.left, expr.explicitLeft, expr.kind, false);
      return `${left} ${expr.kind} ${printOperand(expr.right, expr.explicitRight, expr.kind, true)}`;
    }
  }
}

function printSymbols(symbols: readonly Term[]): string {
  const [first] = symbols;
  if (first?.kind !== 'call') return printTerms(symbols);
  return `${printTerms(first.args.slice(0, -1))} in ${printTerms(first.args.slice(-1))}`;
}

function printNot(body: Body, explicit: boolean): string {
  const [inner] = body;
  if (explicit || body.length !== 1 || !inner) return `not {${printBody(body)}}`;
  const needsParens = inner.kind === 'and' || inner.kind === 'or' || inner.kind === 'not' || inner.with.length > 0;
  return needsParens ? `not (${printBody(body)})` : `not ${printBody(body)}`;
}

function printOperand(body: Body, explicit: boolean, parent: 'and' | 'or', isRight: boolean): string {
  const [inner] = body;
  if (explicit || body.length !== 1 || !inner) return `{ ${printBody(body)} }`;
  const looser = parent === 'and' && inner.kind === 'or';
  const sameOnRight = isRight && inner.kind === parent;
  return looser || sameOnRight || inner.with.length > 0 ? `(${printBody(body)})` : printBody(body);
}

/** In front of a comprehension's bar, operators are printed as operators, so that the bar cannot be misread. */
function printHeadTerm(term: Term): string {
  const operator = term.kind === 'call' && term.args.length === 2 ? operators.get(printRef(term.operator)) : undefined;
  if (term.kind !== 'call' || operator === undefined) return printTerm(term);
  const [left, right] = term.args;
  return left && right ? `(${printHeadTerm(left)} ${operator} ${printHeadTerm(right)})` : printTerm(term);
}

const operators: ReadonlyMap<string, string> = new Map([
  ['eq', '='],
  ['assign', ':='],
  ['equal', '=='],
  ['neq', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['lte', '<='],
  ['gte', '>='],
  ['plus', '+'],
  ['minus', '-'],
  ['mul', '*'],
  ['div', '/'],
  ['rem', '%'],
  ['and', '&'],
  ['or', '|'],
]);

function printTemplate(template: TemplateString): string {
  const parts = template.parts.map((part) => {
    if (part.kind !== 'constant') return `{${printExpr(part)}}`;
    if (typeof part.value !== 'string') return print(part.value);
    return quote(part.value).slice(1, -1).replaceAll('{', '\\{');
  });
  return `$"${parts.join('')}"`;
}

/** What messages call a kind of term: `var`, `arraycomprehension`, `object`. */
export function kindName(term: Term): string {
  switch (term.kind) {
    case 'constant':
      return typeOf(term.value);
    case 'template':
      return 'templatestring';
    default:
      return term.kind.replace('-', '');
  }
}
