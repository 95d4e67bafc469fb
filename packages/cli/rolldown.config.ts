// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ChunkingContext, type CodeSplittingGroup, defineConfig } from 'rolldown';

const SOURCE = join(import.meta.dirname, 'src');
const POLICY = join(import.meta.dirname, '../core/src/policy');

/**
 * What is loaded together lies in one file: the command line with its terminal and flags, the registry client, the steps.
 * Opening a file costs a start-up more than reading it, and without this each module that two commands share gets one.
 */
const TOGETHER: readonly { readonly name: string; readonly roots: readonly string[] }[] = [
  { name: 'cli', roots: ['run.ts', 'command.ts', 'version.ts'].map((file) => join(SOURCE, file)) },
  { name: 'options', roots: filesOf(join(SOURCE, 'options')) },
  { name: 'oci', roots: [join(import.meta.dirname, '../oci/src/index.ts')] },
  { name: 'core', roots: [join(import.meta.dirname, '../core/src/index.ts')] },
  { name: 'rego', roots: [join(import.meta.dirname, '../rego/src/index.ts')] },
  { name: 'policy', roots: ['open-policy.ts', 'open-sources.ts'].map((file) => join(POLICY, file)) },
];

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder).map((file) => join(folder, file));
}

/** Takes what the roots import statically, by however many steps. */
function group({ name, roots }: (typeof TOGETHER)[number], priority: number): CodeSplittingGroup {
  let modules: ReadonlySet<string> | undefined;
  return {
    debugName: name,
    priority,
    name: (module, context) => {
      modules ??= closure(roots, context);
      return modules.has(module) ? name : null;
    },
  };
}

function closure(roots: readonly string[], context: ChunkingContext): ReadonlySet<string> {
  const found = new Set(roots);
  for (const module of found) {
    for (const imported of context.getModuleInfo(module)?.importedIds ?? []) found.add(imported);
  }
  return found;
}

/** The published command: one entry, and a chunk for each part that is loaded only when a command uses it. */
export default defineConfig({
  input: { sluice: 'src/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
    codeSplitting: { groups: TOGETHER.map((together, i) => group(together, TOGETHER.length - i)) },
    // Names and spaces only: the compressor changes what the timestamp request says (test/bundle.test.ts shows it).
    minify: { compress: false, mangle: true, codegen: true },
    cleanDir: true,
  },
});
