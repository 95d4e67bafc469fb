// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import {
  Coverage,
  type CoverageReport,
  type Documents,
  evaluate,
  type QueryResult,
  RegoError,
  type Value,
} from '@sluice/rego';
import type { Invocation } from '../command.ts';
import type { evalFlags } from '../commands/policy-eval.ts';
import { parseDuration } from '../duration.ts';
import type { ExitCode } from '../io.ts';
import { dialectOf } from '../options/rego.ts';
import { UsageError } from '../usage-error.ts';
import { compileLoaded } from './compile-loaded.ts';
import { readJsonOrYaml } from './document.ts';
import { busy, clock, forReader, lend } from './lend.ts';
import { type Loaded, loadPaths } from './load.ts';
import { exitCodeOf, type Problem, problemsOf, writeProblems } from './problem.ts';
import { resultText } from './result-text.ts';

type EvalInvocation = Invocation<typeof evalFlags>;

interface Answer {
  readonly results: readonly QueryResult[];
  readonly builtinErrors: readonly RegoError[];
  readonly coverage: CoverageReport | undefined;
}

/** `sluice policy eval`: loads, compiles, evaluates one query and prints its results as OPA does. */
export async function runEval(invocation: EvalInvocation): Promise<ExitCode> {
  const { flags, io } = invocation;
  if (flags.fail && flags['fail-defined']) throw new UsageError('Expected --fail or --fail-defined, but found both.');
  const query = await queryOf(invocation);
  const input = await inputOf(invocation);
  let loaded: Loaded | undefined;
  try {
    loaded = await load(invocation);
    const answer = await answerTo(invocation, loaded, query, input);
    const errors = flags['show-builtin-errors'] ? answer.builtinErrors : [];
    if (errors.length > 0) {
      say(invocation, errors, loaded);
      return 0;
    }
    io.stdout.write(forReader(io, resultText(answer, flags.format)));
    const defined = answer.results.length > 0;
    return (flags.fail && !defined) || (flags['fail-defined'] && defined) ? 1 : 0;
  } catch (thrown) {
    const problems = problemsOf(thrown).map((problem) => withAdvice(problem, flags.timeout));
    say(invocation, problems, loaded);
    return exitCodeOf(problems, 2);
  }
}

async function queryOf({ flags, args, io }: EvalInvocation): Promise<string> {
  const [query] = args;
  if (flags.stdin && flags['stdin-input']) {
    throw new UsageError('Expected --stdin or --stdin-input, but found both; there is one standard input.');
  }
  if (flags.stdin !== (query === undefined)) {
    throw new UsageError('A query was expected, once: as the argument, or on standard input with --stdin.');
  }
  return query ?? new TextDecoder().decode(await io.stdin());
}

async function inputOf({ flags, io }: EvalInvocation): Promise<Value | undefined> {
  if (flags['stdin-input']) {
    if (flags.input !== undefined) throw new UsageError('Expected --input or --stdin-input, but found both.');
    return readJsonOrYaml('Standard input', new TextDecoder().decode(await io.stdin()));
  }
  if (flags.input === undefined) return undefined;
  return readJsonOrYaml(flags.input, await readFile(flags.input, 'utf8'));
}

async function load({ flags, reporter }: EvalInvocation): Promise<Loaded> {
  const options = { version: dialectOf(flags), ignore: flags.ignore };
  if (flags.data.length > 0 && flags.bundle.length > 0) {
    throw new UsageError('Expected --data or --bundle, but found both; load all of it in one way.');
  }
  const paths = flags.data.length > 0 ? flags.data : flags.bundle;
  const loaded = await loadPaths(paths, { ...options, bundle: flags.bundle.length > 0 });
  if (paths.length > 0 && loaded.modules.length + loaded.dataFiles.length === 0) {
    reporter.log.warn(`Policies or data were expected in ${paths.join(', ')}, but none were found.`);
  }
  return loaded;
}

async function answerTo(
  { flags, io }: EvalInvocation,
  loaded: Loaded,
  query: string,
  input: Value | undefined,
): Promise<Answer> {
  const policy = await compileLoaded(loaded, { strict: flags.strict, print: true, watch: flags.coverage });
  const documents: Documents = { data: loaded.data, ...(input !== undefined && { input }) };
  const coverage = new Coverage();
  const limit = flags.timeout === undefined ? undefined : parseDuration('timeout', flags.timeout);
  return busy(io, () => {
    const evaluation = evaluate(policy, documents, {
      ...lend(io),
      strict: flags['strict-builtin-errors'],
      ...(flags.coverage && { reached: coverage.reached }),
      ...(limit !== undefined && { deadline: { clock, until: clock() + limit } }),
    });
    const results = evaluation.results(query);
    return {
      results,
      builtinErrors: evaluation.builtinErrors,
      coverage: flags.coverage ? coverage.report(loaded.modules) : undefined,
    };
  });
}

function say({ flags, io }: EvalInvocation, problems: readonly Problem[], loaded: Loaded | undefined): void {
  const machine = flags.format === 'json' || flags.format === 'discard';
  const form = machine ? 'json' : 'pretty';
  writeProblems(problems, io, machine ? io.stdout : io.stderr, { form, sourceOf: loaded?.sourceOf });
}

function withAdvice(problem: Problem, timeout: string | undefined): Problem {
  if (!(problem instanceof RegoError) || problem.code !== 'eval_cancel_error' || timeout === undefined) return problem;
  const reason = `The evaluation was expected to end within ${timeout}, but did not; raise --timeout.`;
  return new RegoError(problem.code, reason, { location: problem.location, cause: problem });
}
