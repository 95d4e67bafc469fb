// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The workspace's root folder. */
export const ROOT: string = resolve(import.meta.dirname, '../../..');

export interface SourceFile {
  /** Path from the root with forward slashes. */
  readonly path: string;
  /** The room: `core`, `cli`, … or `actions`. */
  readonly room: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly specifier: string;
  /** `type` vanishes before the code runs; `lazy` runs only when called. */
  readonly kind: 'value' | 'type' | 'lazy';
  /** Path from the root, for a relative specifier. */
  readonly target?: string;
}

/** Every TypeScript file of the packages and actions that ships, without tests. */
export function shippedFiles(): readonly SourceFile[] {
  const rooms = readdirSync(join(ROOT, 'packages')).filter((name) => name !== 'boundaries');
  return [
    ...rooms.flatMap((room) => read(room, join(ROOT, 'packages', room, 'src'))),
    ...readdirSync(join(ROOT, 'actions'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'dist')
      .flatMap((entry) => read('actions', join(ROOT, 'actions', entry.name))),
  ];
}

function read(room: string, folder: string): readonly SourceFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${sep}test${sep}`) && !file.includes(`${sep}node_modules${sep}`))
    .map((file) => {
      const text = readFileSync(file, 'utf8');
      return { path: toPath(file), room, text, imports: importsOf(file, text) };
    });
}

const STATIC = /^(?:import|export)\s+(type\s+)?([^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /(?<!typeof )\bimport\(\s*['"]([^'"]+)['"]/g;

function importsOf(file: string, text: string): readonly Import[] {
  const place = (specifier: string) =>
    specifier.startsWith('.') ? { target: toPath(resolve(dirname(file), specifier)) } : {};
  const fixed = [...text.matchAll(STATIC)].map(([, type, names, specifier = '']) => {
    const onlyTypes =
      type !== undefined || (names !== undefined && /^\{(\s*type\s[^,}]+,?)+\s*\}\s+from\s+$/.test(names));
    return { specifier, kind: onlyTypes ? ('type' as const) : ('value' as const), ...place(specifier) };
  });
  const lazy = [...text.matchAll(DYNAMIC)].map(([, specifier = '']) => ({
    specifier,
    kind: 'lazy' as const,
    ...place(specifier),
  }));
  return [...fixed, ...lazy];
}

function toPath(file: string): string {
  return relative(ROOT, file).split(sep).join('/');
}
