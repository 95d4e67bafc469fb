// SPDX-License-Identifier: Apache-2.0
// Bundles every action into actions/dist: one entry each, chunks that they share, and the licences of what is inside.
// `node scripts/build-actions.ts`
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');

/** Action names, in alphabetical order. */
export const actionNames: readonly string[] = globSync('actions/*/action.yml', { cwd: root })
  .map((file) => basename(dirname(file)))
  .sort();

/** Writes the bundles to `folder`. The same sources and the same lockfile give the same bytes: `check-dist.ts` compares. */
export async function buildActions(folder: string): Promise<void> {
  // The bundler is a dependency of the actions, not of the workspace's root.
  const { rolldown } = await import(pathToFileURL(join(root, 'actions/node_modules/rolldown/dist/index.mjs')).href);
  const bundle = await rolldown({
    cwd: join(root, 'actions'),
    input: Object.fromEntries(actionNames.map((name) => [name, `./${name}/src/index.ts`])),
    platform: 'node',
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
    minify: true,
    cleanDir: true,
    comments: { legal: false },
  });
  await bundle.close();
  const modules: string[] = output.flatMap((chunk: { moduleIds?: string[] }) => chunk.moduleIds ?? []);
  writeFileSync(join(folder, 'LICENSES.txt'), licencesOf(modules));
  // The bundles are ES modules, whatever the package.json above them says.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
}

/** The licence texts of the packages that the modules come from. */
function licencesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []));
  const entries = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)(\.|$|-)/i.test(one));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  const separator = `\n${'-'.repeat(80)}\n\n`;
  return `What is bundled here besides sluice itself, with its licences.\n${separator}${entries.sort().join(separator)}`;
}

if (import.meta.main) {
  const folder = join(root, 'actions/dist');
  await buildActions(folder);
  const built = existsSync(folder) ? relative(process.cwd(), folder) : folder;
  console.log(`built ${actionNames.length} actions into ${built}`);
}
