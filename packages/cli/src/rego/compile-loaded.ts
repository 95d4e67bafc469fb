// SPDX-License-Identifier: Apache-2.0
import {
  type CompileOptions,
  compile,
  isObject,
  type Policy,
  RegoError,
  RegoErrors,
  type RegoObject,
  readAnnotations,
  type Value,
} from '@sluice/rego';
import type { Loaded } from './load.ts';

/** Compiles what was loaded, with `ec.*` declared; a rule may not stand where data stand. */
export async function compileLoaded(loaded: Loaded, options: CompileOptions): Promise<Policy> {
  const { declaredBuiltins } = await import('@sluice/core');
  const conflicts = pathConflicts(loaded);
  if (conflicts.length > 0) throw new RegoErrors(conflicts);
  return compile(loaded.modules, { ...options, builtins: await declaredBuiltins() });
}

/** Rules that data already give a value to, each path once. */
function pathConflicts({ modules, data }: Loaded): readonly RegoError[] {
  if (data.size === 0) return [];
  const conflicts = new Map<string, RegoError>();
  for (const { path, location } of readAnnotations(modules)) {
    const [, ...parts] = path;
    const name = parts.join('/');
    if (conflicts.has(name) || !isTaken(data, parts)) continue;
    const reason = `conflicting rule for data path ${name} found`;
    conflicts.set(name, new RegoError('rego_compile_error', reason, { location }));
  }
  return [...conflicts.values()];
}

function isTaken(data: RegoObject, path: readonly Value[]): boolean {
  let value: Value | undefined = data;
  for (const part of path) {
    if (!isObject(value)) return true;
    value = value.get(part);
    if (value === undefined) return false;
  }
  return true;
}
