// SPDX-License-Identifier: Apache-2.0
import type { Body, Import, Package, Rule, Term } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseQuery } from './parse-body.ts';
import { errorKeywordAsName, parseRules } from './parse-rule.ts';
import { asRoot, parseTerm } from './parse-term.ts';
import { kindName, printPath, printTerm } from './print.ts';
import { addKeywords, futureKeywords, T, v1Keywords, v2Keywords } from './token.ts';

/** What a text consists of. A body at the top is a query, or a rule that still has to be recognised as one. */
export type Statement = Package | Import | Rule | QueryStatement;

export interface QueryStatement {
  readonly kind: 'query';
  readonly body: Body;
  readonly at: number;
}

/**
 * Every statement up to the end, or to the first that cannot be read: `package`, `import`, a rule, or else a body.
 * A query's text is not searched for rules.
 */
export function parseStatements(cursor: Cursor, options: { readonly rules: boolean }): readonly Statement[] {
  const statements: Statement[] = [];
  cursor.next();
  while (cursor.token !== T.eof) {
    if (options.rules && errorKeywordAsName(cursor, false)) break;
    const found = parseStatement(cursor, options.rules);
    if (!found) break;
    statements.push(...found);
  }
  return statements;
}

function parseStatement(cursor: Cursor, rules: boolean): readonly Statement[] | undefined {
  const mark = cursor.mark();
  if (cursor.token === T.package || cursor.token === T.import) {
    const directive = cursor.token === T.package ? parsePackage(cursor) : parseImport(cursor);
    if (directive && cursor.token === T.minus) {
      // A minus is no part of a path, and must not begin the next statement.
      cursor.unexpected();
      return undefined;
    }
    if (directive?.kind === 'import') applyImport(cursor, directive);
    if (directive) return [directive];
    if (cursor.hasErrors) return undefined;
    cursor.reset(mark);
  }
  if (rules) {
    const found = parseRules(cursor);
    if (found) return found;
    if (cursor.hasErrors) return undefined;
    cursor.reset(mark);
  }
  const at = cursor.start;
  const body = parseQuery(cursor, T.eof, true);
  return body && [{ kind: 'query', body, at }];
}

/** Moves behind the keyword; false when it begins a reference such as `package.x`. */
function eatDirective(cursor: Cursor): boolean {
  cursor.nextOrSpace();
  if (cursor.token === T.dot || cursor.token === T.leftBracket) return false;
  if (cursor.token === T.whitespace) cursor.next();
  if (cursor.isRefKeyword()) cursor.token = T.ident;
  if (cursor.token === T.ident) return true;
  cursor.unexpected();
  return false;
}

function parsePackage(cursor: Cursor): Package | undefined {
  const at = cursor.start;
  if (!eatDirective(cursor)) return undefined;
  const term = parseTerm(cursor);
  if (!term) {
    if (!cursor.hasErrors) cursor.error(cursor.start, 'expected path');
    return undefined;
  }
  const path = packagePath(cursor, term);
  return path && { kind: 'package', path: ['data', ...path], at, end: cursor.lastEnd };
}

function packagePath(cursor: Cursor, term: Term): readonly string[] | undefined {
  if (term.kind === 'var') return [term.name];
  if (term.kind !== 'ref') {
    cursor.unexpected();
    return undefined;
  }
  if (term.head.kind !== 'var') {
    cursor.error(term.head.at, `unexpected ${kindName(term.head)} token: expecting var`);
    return undefined;
  }
  const parts = stringParts(cursor, term.path);
  return parts && [term.head.name, ...parts];
}

function stringParts(cursor: Cursor, path: readonly Term[]): readonly string[] | undefined {
  const parts: string[] = [];
  for (const part of path) {
    if (part.kind !== 'constant' || typeof part.value !== 'string') {
      cursor.error(part.at, `unexpected ${kindName(part)} token: expecting string`);
      return undefined;
    }
    parts.push(part.value);
  }
  return parts;
}

function parseImport(cursor: Cursor): Import | undefined {
  const at = cursor.start;
  if (!eatDirective(cursor)) return undefined;
  const term = cursor.withoutFuture(() => parseTerm(cursor));
  const isPath = term && (term.kind === 'var' || term.kind === 'ref');
  const found = isPath ? importPath(cursor, term) : undefined;
  if (isPath && !found) return undefined;
  if (!found) {
    cursor.error(cursor.start, 'expected path');
    return undefined;
  }
  if (!checkRoot(cursor, found.root, found.at)) return undefined;
  const base = { kind: 'import', path: found.path, pathAt: found.at, at } as const;
  if (cursor.token === T.as) {
    const alias = parseAlias(cursor);
    return alias && { ...base, alias: alias.name, aliasAt: alias.at, end: cursor.lastEnd };
  }
  checkLastPart(cursor, found.path, found.lastAt);
  return { ...base, end: cursor.lastEnd };
}

interface ImportPath {
  readonly path: readonly string[];
  readonly root: Term;
  readonly at: number;
  readonly lastAt: number;
}

function importPath(cursor: Cursor, term: Term): ImportPath | undefined {
  if (term.kind !== 'ref') return { path: [printTerm(term)], root: term, at: term.at, lastAt: term.at };
  const parts = stringParts(cursor, term.path);
  if (!parts) return undefined;
  const lastAt = term.path.at(-1)?.at ?? term.at;
  return { path: [printTerm(term.head), ...parts], root: term.head, at: term.at, lastAt };
}

function checkRoot(cursor: Cursor, root: Term, at: number): boolean {
  if (root.kind === 'var' && importRoots.includes(root.name)) return true;
  cursor.hint('if this is unexpected, try updating OPA');
  cursor.error(
    at,
    `unexpected import path, must begin with one of: {data, future, input, rego}, got: ${printTerm(root)}`,
  );
  return false;
}

const importRoots: readonly string[] = ['data', 'future', 'input', 'rego'];

function parseAlias(cursor: Cursor): { readonly name: string; readonly at: number } | undefined {
  cursor.next();
  const alias = cursor.token === T.ident ? parseTerm(cursor) : undefined;
  if (alias?.kind === 'var') return { name: alias.name, at: alias.at };
  if (alias?.kind === 'ref' && alias.path.length === 0 && asRoot(alias.head) !== alias.head) {
    cursor.error(alias.at, `unexpected import alias, must not be a reserved name, got: ${printTerm(alias)}`);
  } else {
    cursor.unexpected('expected var');
  }
  return undefined;
}

/** An import without an alias is named after its last part, which therefore must not be a keyword. */
function checkLastPart(cursor: Cursor, path: readonly string[], at: number): void {
  const name = path.at(-1);
  if (name === undefined || (path.length > 1 && path[0] === 'future') || !cursor.isReserved(name)) return;
  cursor.hint('import a different path or use an alias');
  cursor.error(at, `unexpected import path, must not end with a keyword, got: ${name}`);
}

/** `rego.v1`, `rego.v2` and `future.keywords` change how the text behind them is read. */
function applyImport(cursor: Cursor, found: Import): void {
  if (found.path[0] === 'rego') applyRegoImport(cursor, found);
  else if (found.path[0] === 'future') applyFutureImport(cursor, found);
  else return;
  // The next word was read before it became a keyword.
  const token = cursor.token === T.ident ? futureKeywords.get(cursor.word) : undefined;
  if (token !== undefined && cursor.scanner.keywords.has(cursor.word)) cursor.token = token;
}

function applyRegoImport(cursor: Cursor, found: Import): void {
  const path = printPath(found.path);
  if (path !== 'rego.v1' && path !== 'rego.v2') {
    cursor.error(found.pathAt, `invalid import \`${path}\`, must be one of: \`rego.v1\`, \`rego.v2\``);
    return;
  }
  const isV2 = path === 'rego.v2';
  const granted = isV2
    ? cursor.grants('rego_v2_import') || cursor.grants('rego_v2')
    : cursor.grants('rego_v1_import') || cursor.grants('rego_v1') || cursor.grants('rego_v2');
  if (!granted) {
    cursor.error(found.pathAt, `invalid import, \`${path}\` is not supported by current capabilities`);
  } else if (found.alias !== undefined) {
    cursor.error(found.aliasAt ?? found.at, '`rego` imports cannot be aliased');
  } else if (cursor.context.version !== (isV2 ? 'v2' : 'v1')) {
    cursor.scanner.keywords = addKeywords(cursor.scanner.keywords, [...v1Keywords, ...(isV2 ? v2Keywords : [])]);
    if (isV2) cursor.notBodies = true;
  }
}

function applyFutureImport(cursor: Cursor, found: Import): void {
  const { importable } = cursor.context;
  const [, group, word] = found.path;
  if (group !== 'keywords') {
    cursor.error(found.pathAt, 'invalid import, must be `future.keywords`');
    return;
  }
  if (found.alias !== undefined) {
    cursor.error(found.aliasAt ?? found.at, '`future` imports cannot be aliased');
    return;
  }
  const isOne = found.path.length === 3 && word !== undefined;
  const token = isOne ? importable.get(word) : undefined;
  if (isOne && token === undefined) {
    const words = [...importable.keys()].sort().join(' ');
    cursor.error(found.pathAt, `unexpected keyword, must be one of [${words}]`);
    return;
  }
  const added = isOne && token !== undefined ? [[word, token] as const] : [...importable];
  if (added.some(([name]) => name === 'not')) cursor.notBodies = true;
  cursor.scanner.keywords = addKeywords(cursor.scanner.keywords, added);
}
