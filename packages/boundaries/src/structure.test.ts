// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cycles } from './cycles.ts';
import { ROOT, type SourceFile, shippedFiles } from './source-tree.ts';

const FILES = shippedFiles();

/** Which rooms a room may import. Arrows point down the list in ARCHITECTURE.md only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  actions: ['cli', 'core', 'oci'],
  cli: ['core', 'local', 'oci', 'rego', 'policies'],
  core: ['oci', 'rego', 'policies'],
  local: ['oci'],
  oci: [],
  rego: [],
  policies: [],
};

/** Rooms whose code takes every effect from its caller; the libraries under core may fall back to the system's clock. */
const EFFECTS: Readonly<Record<string, RegExp>> = {
  core: /\bprocess\.(env|argv|stdout|stderr|exit)\b|\bDate\.now\(|\bnew Date\(\)|\bconsole\./g,
  oci: /\bprocess\.(env|argv|stdout|stderr|exit)\b|\bconsole\./g,
  rego: /\bprocess\.(env|argv|stdout|stderr|exit)\b|\bDate\.now\(|\bnew Date\(\)|\bconsole\./g,
};

const where = (pick: (file: SourceFile) => readonly string[]) =>
  FILES.flatMap((file) => pick(file).map((what) => `${file.path}: ${what}`));

test('the tree is read: every room has files and imports', () => {
  for (const room of Object.keys(MAY_IMPORT)) {
    expect(
      FILES.some((file) => file.room === room),
      room,
    ).toBe(true);
  }
  expect(FILES.flatMap((file) => file.imports).length).toBeGreaterThan(FILES.length);
});

test('no package imports one above it', () => {
  const upward = where((file) =>
    file.imports
      .map((i) => /^@sluice\/([^/]+)/.exec(i.specifier)?.[1])
      .filter((room) => room !== undefined)
      .filter((room) => !MAY_IMPORT[file.room]?.includes(room)),
  );
  expect(upward).toEqual([]);
});

test("no package imports another's internals", () => {
  const deep = where((file) =>
    file.imports
      .filter(
        (i) =>
          (/^@sluice\/[^/]+\/./.test(i.specifier) && !isExported(i.specifier)) ||
          (i.target && roomFolder(i.target) !== roomFolder(file.path)),
      )
      .map((i) => i.specifier)
      .filter((specifier) => !specifier.endsWith('package.json')),
  );
  expect(deep).toEqual([]);
});

test('no files import each other in a ring at run time', () => {
  const graph = new Map(
    FILES.map((file) => [file.path, file.imports.flatMap((i) => (i.kind === 'value' && i.target ? [i.target] : []))]),
  );
  expect(cycles(graph)).toEqual([]);
});

test('every imported package is declared by the package that imports it', () => {
  const undeclared = where((file) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, roomFolder(file.path), 'package.json'), 'utf8'));
    // What is bundled brings its dependencies along and asks nobody to install them.
    const bundled = ['cli', 'actions'].includes(file.room) ? manifest.devDependencies : {};
    const declared = { ...manifest.dependencies, ...bundled };
    return file.imports
      .filter((i) => !i.specifier.startsWith('.') && !i.specifier.startsWith('node:'))
      .map((i) => /^(@[^/]+\/)?[^/]+/.exec(i.specifier)?.[0] ?? '')
      .filter((name) => !Object.hasOwn(declared, name));
  });
  expect(undeclared).toEqual([]);
});

test('below the wrappers nothing reads the environment, the clock or the console', () => {
  const effects = where((file) => {
    const pattern = EFFECTS[file.room];
    return pattern ? [...withoutComments(file.text).matchAll(pattern)].map(([what]) => what) : [];
  });
  expect(effects).toEqual([]);
});

test('no file grows over 800 lines (tables are data and say so in their first lines)', () => {
  const long = FILES.filter(
    (file) => file.text.split('\n').length > 800 && !/^\/\/ Table: /m.test(file.text.slice(0, 300)),
  );
  expect(long.map((file) => file.path)).toEqual([]);
});

test('half of the files have at most 120 lines, and 95 of 100 at most 450', () => {
  const lengths = FILES.map((file) => file.text.split('\n').length).sort((a, b) => a - b);
  const at = (share: number) => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;
  expect(at(0.5)).toBeLessThanOrEqual(120);
  expect(at(0.95)).toBeLessThanOrEqual(450);
});

test('every source file names its licence', () => {
  expect(FILES.filter((file) => !file.text.includes('SPDX-License-Identifier: Apache-2.0')).map((f) => f.path)).toEqual(
    [],
  );
});

function roomFolder(path: string): string {
  return path.startsWith('actions/') ? 'actions' : path.split('/').slice(0, 2).join('/');
}

/** Whether a package's manifest lists a path below its name, and publishes it too. */
function isExported(specifier: string): boolean {
  const [, room = '', ...path] = specifier.split('/');
  const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', room, 'package.json'), 'utf8'));
  return [manifest.exports, manifest.publishConfig.exports].every((exports) =>
    Object.hasOwn(exports, `./${path.join('/')}`),
  );
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}
