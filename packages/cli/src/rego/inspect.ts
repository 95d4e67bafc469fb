// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import { type Inspection, inspect, inspectionToJson, type RegoObject, toJson, type Value } from '@sluice/rego';
import type { Invocation } from '../command.ts';
import type { inspectFlags } from '../commands/policy-inspect.ts';
import type { ExitCode } from '../io.ts';
import { dialectOf } from '../options/rego.ts';
import { inspectionText } from './inspection-text.ts';
import { indentJson, objectText } from './json-text.ts';
import { forReader } from './lend.ts';
import { type Loaded, loadPaths } from './load.ts';
import { exitCodeOf, phaseOf, problemsOf, writeProblems } from './problem.ts';

/** `sluice policy inspect`: what a folder or module consists of. */
export async function runInspect({ flags, args, io }: Invocation<typeof inspectFlags>): Promise<ExitCode> {
  const [path = ''] = args;
  try {
    const isFolder = (await stat(path)).isDirectory();
    const loaded = await loadPaths([path], { version: dialectOf(flags), ignore: [], bundle: isFolder });
    const inspection = inspect(loaded.modules);
    const namespaces = namespacesOf(inspection, loaded);
    const text =
      flags.format === 'json'
        ? inspectionJson(inspectionToJson(inspection), { namespaces, isFolder, annotations: flags.annotations })
        : inspectionText(namespaces, flags.annotations ? inspection.annotations : [], loaded.modules);
    io.stdout.write(forReader(io, text));
    return 0;
  } catch (thrown) {
    const problems = problemsOf(thrown);
    writeProblems(problems, io, io.stderr, { form: 'pretty', phase: phaseOf(thrown) });
    return exitCodeOf(problems, 1);
  }
}

/** Files by the package or the place in data that they contribute to. */
function namespacesOf({ namespaces }: Inspection, { dataFiles }: Loaded): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>([...namespaces].map(([name, files]) => [name, [...files]]));
  for (const { name, path } of dataFiles) {
    const place = ['data', ...path].join('.');
    all.set(place, [...(all.get(place) ?? []), name]);
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Shown {
  readonly namespaces: ReadonlyMap<string, readonly string[]>;
  readonly isFolder: boolean;
  readonly annotations: boolean;
}

function inspectionJson(inspection: RegoObject, { namespaces, isFolder, annotations }: Shown): string {
  const part = (name: string): Value => inspection.get(name) ?? [];
  const found = toJson(part('annotations'));
  return `${indentJson(
    objectText({
      manifest: isFolder ? '{"revision":"","roots":[""]}' : undefined,
      signatures_config: '{}',
      namespaces: JSON.stringify(Object.fromEntries(namespaces)),
      annotations: annotations && found !== '[]' ? found : undefined,
      capabilities: toJson(part('capabilities')),
    }),
  )}\n`;
}
