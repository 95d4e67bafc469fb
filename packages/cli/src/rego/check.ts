// SPDX-License-Identifier: Apache-2.0
import { RegoError } from '@sluice/rego';
import type { Invocation } from '../command.ts';
import type { policyCheckFlags } from '../commands/policy-check.ts';
import type { ExitCode } from '../io.ts';
import { dialectOf, maxErrorsOf } from '../options/rego.ts';
import { compileLoaded } from './compile-loaded.ts';
import { type Loaded, loadPaths } from './load.ts';
import { exitCodeOf, type Problem, phaseOf, problemsOf, writeProblems } from './problem.ts';
import { requireModules } from './require-modules.ts';

/** `sluice policy check`: silent when nothing is wrong. */
export async function runCheck({ flags, args, io }: Invocation<typeof policyCheckFlags>): Promise<ExitCode> {
  const max = maxErrorsOf(flags);
  const { bundle } = flags;
  let loaded: Loaded | undefined;
  try {
    loaded = await loadPaths(args, { version: dialectOf(flags), ignore: flags.ignore, bundle, onlyRego: !bundle });
    requireModules(loaded, args);
    await compileLoaded(loaded, { strict: flags.strict, print: true });
    return 0;
  } catch (thrown) {
    const problems = firstProblems(problemsOf(thrown), max);
    writeProblems(problems, io, io.stderr, { form: flags.format, phase: phaseOf(thrown), sourceOf: loaded?.sourceOf });
    return exitCodeOf(problems, 1);
  }
}

/** As many findings of the compiler as were asked for, and OPA's word that there may be more. */
export function firstProblems(problems: readonly Problem[], max: number): readonly Problem[] {
  const isParser = (problem: Problem): boolean =>
    !(problem instanceof RegoError) || problem.code === 'rego_parse_error';
  if (problems.length < max || problems.some(isParser)) return problems;
  return [...problems.slice(0, max), new RegoError('rego_compile_error', 'error limit reached')];
}
