// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { moduleToJson, parseModule, type RegoObject, toJson } from '@sluice/rego';
import type { Invocation } from '../command.ts';
import type { parseFlags } from '../commands/policy-parse.ts';
import type { ExitCode } from '../io.ts';
import { dialectOf } from '../options/rego.ts';
import { indentJson } from './json-text.ts';
import { forReader } from './lend.ts';
import { problemsOf, writeProblems } from './problem.ts';
import { treeText } from './tree-text.ts';

/** `sluice policy parse`: the syntax tree as OPA prints it. Errors are JSON whatever the format, as OPA has them. */
export async function runParse({ flags, args, io }: Invocation<typeof parseFlags>): Promise<ExitCode> {
  const [file = ''] = args;
  const bytes = await readFile(file);
  try {
    const tree = moduleToJson(parseModule(file, bytes, { version: dialectOf(flags), annotations: true }));
    const shown = flags['json-include'].includes('-comments') ? without(tree, 'comments') : tree;
    io.stdout.write(forReader(io, flags.format === 'json' ? `${indentJson(toJson(shown))}\n` : treeText(shown)));
    return 0;
  } catch (thrown) {
    const atTerminal = flags.format === 'pretty' && io.stderr.isTerminal;
    writeProblems(problemsOf(thrown), io, io.stderr, { form: atTerminal ? 'pretty' : 'json' });
    return 1;
  }
}

function without(tree: RegoObject, member: string): RegoObject {
  return tree.toBuilder().delete(member).build();
}
