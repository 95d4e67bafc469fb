// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { PolicyFile } from '../src/index.ts';

export const PACKAGE: string = resolve(import.meta.dirname, '..');

/** Every Rego file of the package, by path, tests included. */
export function allFiles(): readonly PolicyFile[] {
  const folder = join(PACKAGE, 'rego');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rego'))
    .map((name) => name.split(sep).join('/'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

/** The files that ship: all but the tests. */
export function ruleFiles(): readonly PolicyFile[] {
  return allFiles().filter(({ path }) => !path.endsWith('_test.rego'));
}
