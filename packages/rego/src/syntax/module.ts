// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import { rowOf, type Source } from '../location.ts';
import type { DraftAnnotations } from './annotations.ts';
import type { Comment, Import, Module, Package, RegoVersion, Rule } from './ast.ts';
import { attachAnnotations } from './attach-annotations.ts';
import { checkV1Rule } from './check-v1.ts';
import { ruleOfBody } from './rule-of-body.ts';
import type { QueryStatement, Statement } from './statement.ts';

export interface ModuleParts {
  readonly source: Source;
  readonly version: RegoVersion;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly annotations: readonly DraftAnnotations[];
  readonly isBuiltin: (name: string) => boolean;
}

type Newest = Module['newest'];

/**
 * Statements to a module: the package first, bodies recognised as rules where they can be (`p = 1`, `f(x)`), the rules
 * of newer dialects applied, annotations given to what they describe.
 */
export function assembleModule(parts: ModuleParts): Module | readonly RegoError[] {
  const { source, statements } = parts;
  const [first] = statements;
  if (!first) return [errorAt(source, 0, 'rego_parse_error', 'empty module')];
  const errors: RegoError[] = [];
  const fail = (at: number, message: string): void => {
    errors.push(errorAt(source, at, 'rego_parse_error', message));
  };
  if (first.kind !== 'package') fail(first.at, 'package expected');
  const imports: Import[] = [];
  const rules: Rule[] = [];
  let newest = newestOf(parts.version);
  for (const [index, statement] of statements.entries()) {
    if (index === 0) continue;
    switch (statement.kind) {
      case 'package':
        fail(statement.at, 'unexpected package');
        break;
      case 'import':
        imports.push(statement);
        newest = raise(newest, statement);
        break;
      case 'rule':
        rules.push(statement);
        break;
      case 'query': {
        const rule = ruleOfBody(statement.body, parts.isBuiltin);
        if (typeof rule !== 'string') rules.push(rule);
        else fail(statement.body[0]?.at ?? statement.at, rule + keywordHint(source, newest, statements, index));
      }
    }
  }
  if (newest !== 'v0') for (const rule of rules) for (const [at, message] of checkV1Rule(rule)) fail(at, message);
  if (errors.length > 0 || first.kind !== 'package') return errors;
  return finishModule(parts, { package: first, imports, rules, newest });
}

function finishModule(
  parts: ModuleParts,
  found: {
    readonly package: Package;
    readonly imports: readonly Import[];
    readonly rules: readonly Rule[];
    readonly newest: Newest;
  },
): Module | readonly RegoError[] {
  const { source, version, comments } = parts;
  const base = { kind: 'module', source, version, newest: found.newest, package: found.package } as const;
  const module: Module = { ...base, imports: found.imports, rules: found.rules, annotations: [], comments };
  return parts.annotations.length === 0 ? module : attachAnnotations(module, parts.annotations);
}

function newestOf(version: RegoVersion): Newest {
  return version === 'v0v1' ? 'v1' : version;
}

function raise(newest: Newest, { path }: Import): Newest {
  if (path[0] !== 'rego' || path.length !== 2) return newest;
  if (path[1] === 'v2') return 'v2';
  return path[1] === 'v1' && newest === 'v0' ? 'v1' : newest;
}

/** A statement of v0 that fell apart around `if` or `contains`: without the import they are variables. */
function keywordHint(source: Source, newest: Newest, statements: readonly Statement[], index: number): string {
  if (newest !== 'v0') return '';
  const [statement, following] = [statements[index], statements[index + 1]];
  const sameRow = statement && following && rowOf(source, following.at) === rowOf(source, statement.at);
  const word = headKeyword(statement) ?? (sameRow ? headKeyword(following) : undefined);
  return word === undefined ? '' : ` (hint: \`import future.keywords.${word}\` for \`${examples[word]}\` rules)`;
}

const examples = { if: 'p if { ... }', contains: 'p contains x' } as const;

function headKeyword(statement: Statement | undefined): keyof typeof examples | undefined {
  const name = statement?.kind === 'rule' ? statement.head.name : loneVariable(statement);
  return name === 'if' || name === 'contains' ? name : undefined;
}

function loneVariable(statement: Statement | undefined): string | undefined {
  const body = statement?.kind === 'query' ? (statement satisfies QueryStatement).body : [];
  const [expr] = body;
  return body.length === 1 && expr?.kind === 'term-expr' && expr.term.kind === 'var' ? expr.term.name : undefined;
}
