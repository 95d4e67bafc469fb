// SPDX-License-Identifier: Apache-2.0
import type { Body, Expr, Ref, Rule, Term } from '../syntax/ast.ts';
import type { RuleEntry } from './module-set.ts';
import { rebuildExpr, rebuildTerm } from './rebuild.ts';
import type { MetadataSource } from './stages.ts';
import { constant, equate, mapSame, operatorName, termExpr } from './terms.ts';

/** Puts the annotations of a rule where it calls `rego.metadata.chain()` or `rego.metadata.rule()`. */
export function insertMetadata(entry: RuleEntry, rule: Rule, source: MetadataSource): Rule {
  const { head } = rule;
  const body = inBody(rule.body, entry, source);
  const branch = rule.else && insertMetadata(entry, rule.else, source);
  if (body === rule.body && branch === rule.else) return rule;
  return { ...rule, head, body, ...(branch && { else: branch }) };
}

function inBody(body: Body, entry: RuleEntry, source: MetadataSource): Body {
  const change = {
    term: (term: Term): Term => inTerm(term, entry, source),
    body: (nested: Body): Body => inBody(nested, entry, source),
  };
  return mapSame(body, (expr) => inserted(expr, entry, source) ?? rebuildExpr(expr, change));
}

function inTerm(term: Term, entry: RuleEntry, source: MetadataSource): Term {
  if (term.kind === 'constant' || term.kind === 'var') return term;
  return rebuildTerm(term, {
    term: (part) => inTerm(part, entry, source),
    body: (body) => inBody(body, entry, source),
  });
}

function inserted(expr: Expr, entry: RuleEntry, source: MetadataSource): Expr | undefined {
  if (expr.kind !== 'call-expr' || !mayBeMetadata(expr.operator)) return undefined;
  const name = operatorName(expr.operator);
  if (name !== 'rego.metadata.chain' && name !== 'rego.metadata.rule') return undefined;
  const value = constant(name === 'rego.metadata.chain' ? source.chain(entry) : source.rule(entry), expr.at);
  const [output] = expr.args;
  return output ? { ...equate(output, value, expr.with), at: expr.at } : termExpr(value, expr.at);
}

function mayBeMetadata({ head, path }: Ref): boolean {
  return head.kind === 'var' && head.name === 'rego' && path.length === 2;
}
