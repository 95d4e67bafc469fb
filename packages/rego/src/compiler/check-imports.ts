// SPDX-License-Identifier: Apache-2.0
import { errorAt, type RegoError } from '../error.ts';
import type { Import, Module } from '../syntax/ast.ts';
import { printPath } from '../syntax/print.ts';
import { importName } from './module-set.ts';
import { resolveRule } from './resolve-names.ts';
import type { CompileContext } from './stages.ts';
import { LocalNames } from './terms.ts';

/** Imports that hide each other (v1 and strict), and imports nobody uses (strict). */
export function checkImports(context: CompileContext): void {
  for (const module of context.set.modules) {
    if (context.strict) context.deferred.push(...unusedImports(module, context));
    if (context.strict || module.newest !== 'v0') context.deferred.push(...duplicateImports(module));
  }
}

function duplicateImports(module: Module): readonly RegoError[] {
  const known = new Map<string, Import>();
  return module.imports.flatMap((found) => {
    const before = known.get(importName(found));
    if (!before) known.set(importName(found), found);
    return before ? [fail(module, found, `import must not shadow ${importText(before)}`)] : [];
  });
}

function unusedImports(module: Module, context: CompileContext): readonly RegoError[] {
  const globals = context.set.globals.get(module) ?? new Map();
  const used = new Set<string>();
  const isBuiltin = (name: string): boolean => context.builtins.has(name);
  const resolution = { source: module.source, globals, names: new LocalNames(), isBuiltin, errors: [], used };
  for (const rule of module.rules) resolveRule(rule, resolution);
  return module.imports
    .filter(({ path }) => path[0] !== 'future' && path[0] !== 'rego')
    .filter((found) => !used.has(importName(found)))
    .map((found) => fail(module, found, `${importText(found)} unused`));
}

export function importText({ path, alias }: Import): string {
  return `import ${printPath(path)}${alias === undefined ? '' : ` as ${alias}`}`;
}

function fail(module: Module, found: Import, message: string): RegoError {
  return errorAt(module.source, found.at, 'rego_compile_error', message);
}
