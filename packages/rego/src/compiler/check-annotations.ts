// SPDX-License-Identifier: Apache-2.0
import { errorAt } from '../error.ts';
import { rowOf } from '../location.ts';
import type { Annotations, Module } from '../syntax/ast.ts';
import { print } from '../value/print.ts';
import type { CompileContext } from './stages.ts';

/** Two METADATA blocks for one document, one package, or the packages below one. Rules may have several. */
export function checkAnnotations(context: CompileContext): void {
  const known = new Map<string, readonly [Module, Annotations]>();
  for (const module of context.set.modules) {
    for (const found of module.annotations) {
      if (found.scope === 'rule') continue;
      // Documents and subpackages lie in one tree.
      const key = `${found.scope === 'package' ? 'package' : 'tree'} ${print(found.target.path)}`;
      const before = known.get(key);
      if (before) refuse(module, found, before, context);
      else known.set(key, [module, found]);
    }
  }
}

function refuse(
  { source }: Module,
  found: Annotations,
  [other, before]: readonly [Module, Annotations],
  context: CompileContext,
): void {
  const place = `${other.source.file}:${rowOf(other.source, before.at)}`;
  context.errors.push(errorAt(source, found.at, 'rego_type_error', `${found.scope} annotation redeclared: ${place}`));
}
