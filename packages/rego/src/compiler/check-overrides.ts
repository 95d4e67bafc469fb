// SPDX-License-Identifier: Apache-2.0
import { errorAt } from '../error.ts';
import type { Rule } from '../syntax/ast.ts';
import { eachExpr } from './each-expr.ts';
import { ruleName } from './module-set.ts';
import type { CompileContext } from './stages.ts';
import { operatorName } from './terms.ts';

/** `data` and `input` as the name of a rule or a variable: refused by v1 and in strict mode. */
export function checkOverrides(context: CompileContext): void {
  for (const module of context.set.modules) {
    if (!context.strict && module.newest === 'v0') continue;
    // Reading every expression of every module is only worth it where the text could hold such a declaration.
    const suspicious = /\b(?:data|input)\s*:=|\bassign\b/.test(module.source.text);
    for (const rule of module.rules) {
      for (const [at, message] of findings(rule, suspicious)) {
        context.deferred.push(errorAt(module.source, at, 'rego_compile_error', message));
      }
    }
  }
}

function findings(rule: Rule, withBodies: boolean): readonly (readonly [at: number, message: string])[] {
  const found: (readonly [number, string])[] = [];
  if (isRoot(ruleName(rule))) {
    found.push([rule.at, `rules must not shadow ${ruleName(rule)} (use a different rule name)`]);
  }
  if (!withBodies) return found;
  eachExpr(rule, (expr) => {
    if (expr.kind !== 'call-expr' || operatorName(expr.operator) !== 'assign') return;
    const [target] = expr.args;
    const name =
      target?.kind === 'ref' && target.path.length === 0 && target.head.kind === 'var' ? target.head.name : '';
    if (isRoot(name)) found.push([expr.at, `variables must not shadow ${name} (use a different variable name)`]);
  });
  return found;
}

function isRoot(name: string): boolean {
  return name === 'data' || name === 'input';
}
