// SPDX-License-Identifier: Apache-2.0
import { isArray, isObject, type RegoObject, toJson, type Value } from '@sluice/rego';

/** The indented names of nodes and terms that `opa parse` prints for people, made from the JSON form of the tree. */
export function treeText(module: RegoObject): string {
  const rows: string[] = [];
  const row = (depth: number, text: string): void => {
    rows.push(`${' '.repeat(depth)}${text}\n`);
  };
  row(0, 'module');
  row(1, 'package');
  walkRef(row, 2, items(member(module, 'package'), 'path'));
  for (const one of items(module, 'imports')) {
    row(1, 'import');
    walkTerm(row, 2, member(one, 'path'));
    row(2, textOf(member(one, 'alias') ?? ''));
  }
  for (const rule of items(module, 'rules')) walkRule(row, 1, rule);
  for (const _ of items(module, 'annotations')) row(1, 'annotations');
  for (const _ of items(module, 'comments')) row(1, 'comment');
  return rows.join('');
}

type Row = (depth: number, text: string) => void;

function walkRule(row: Row, depth: number, rule: Value): void {
  const head = member(rule, 'head');
  row(depth, 'rule');
  row(depth + 1, 'head');
  walkRef(row, depth + 2, items(head, 'ref'));
  walkList(row, depth + 2, 'args', items(head, 'args'));
  walkTerm(row, depth + 2, member(head, 'value'));
  walkBody(row, depth + 1, items(rule, 'body'));
  const branch = member(rule, 'else');
  if (branch !== undefined) walkRule(row, depth + 1, branch);
}

function walkBody(row: Row, depth: number, body: readonly Value[]): void {
  row(depth, 'body');
  for (const expr of body) walkExpr(row, depth + 1, expr);
}

function walkExpr(row: Row, depth: number, expr: Value): void {
  row(depth, `expr ${member(expr, 'negated') === true ? 'negated ' : ''}index=${textOf(member(expr, 'index') ?? 0)}`);
  const terms = member(expr, 'terms');
  if (terms !== undefined && isArray(terms)) for (const term of terms) walkTerm(row, depth + 1, term);
  else walkSingle(row, depth + 1, terms);
  for (const one of items(expr, 'with')) {
    row(depth + 1, 'with');
    walkTerm(row, depth + 2, member(one, 'target'));
    walkTerm(row, depth + 2, member(one, 'value'));
  }
}

/** What an expression consists of when it is no call: a term, `some`, `every`, `not {…}`, `and`, `or`. */
function walkSingle(row: Row, depth: number, node: Value | undefined): void {
  const symbols = member(node, 'symbols');
  const type = member(node, 'type');
  if (symbols !== undefined) walkList(row, depth, 'somedecl', items(node, 'symbols'));
  else if (member(node, 'domain') !== undefined) walkEvery(row, depth, node);
  else if (type === 'not') {
    row(depth, 'not');
    walkBody(row, depth + 1, items(node, 'body'));
  } else if (type === 'and' || type === 'or') {
    row(depth, `logical${type}`);
    walkBody(row, depth + 1, items(node, 'lhs'));
    walkBody(row, depth + 1, items(node, 'rhs'));
  } else walkTerm(row, depth, node);
}

function walkEvery(row: Row, depth: number, node: Value | undefined): void {
  row(depth, 'every');
  const key = member(node, 'key');
  if (key !== null) walkTerm(row, depth + 1, key);
  walkTerm(row, depth + 1, member(node, 'value'));
  walkTerm(row, depth + 1, member(node, 'domain'));
  walkBody(row, depth + 1, items(node, 'body'));
}

function walkRef(row: Row, depth: number, parts: readonly Value[]): void {
  row(depth, 'ref');
  for (const part of parts) walkTerm(row, depth + 1, part);
}

function walkList(row: Row, depth: number, name: string, terms: readonly Value[]): void {
  if (terms.length === 0) return;
  row(depth, name);
  for (const term of terms) walkTerm(row, depth + 1, term);
}

function walkTerm(row: Row, depth: number, term: Value | undefined): void {
  if (term === undefined) return;
  const type = member(term, 'type');
  const value = member(term, 'value');
  switch (type) {
    case 'var':
      row(depth, textOf(value ?? ''));
      break;
    case 'ref':
    case 'call':
    case 'array':
    case 'set':
      row(depth, type);
      for (const one of items(term, 'value')) walkTerm(row, depth + 1, one);
      break;
    case 'object':
      row(depth, type);
      for (const pair of items(term, 'value')) if (isArray(pair)) for (const one of pair) walkTerm(row, depth + 1, one);
      break;
    case 'arraycomprehension':
    case 'setcomprehension':
    case 'objectcomprehension':
      row(depth, type);
      for (const part of ['term', 'key', 'value']) walkTerm(row, depth + 1, member(value, part));
      walkBody(row, depth + 1, items(value, 'body'));
      break;
    case 'templatestring':
      row(depth, type);
      break;
    default:
      row(depth, toJson(value ?? null));
  }
}

function member(node: Value | undefined, name: string): Value | undefined {
  return node !== undefined && isObject(node) ? node.get(name) : undefined;
}

function items(node: Value | undefined, name: string): readonly Value[] {
  const list = member(node, name);
  return list !== undefined && isArray(list) ? list : [];
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : toJson(value);
}
