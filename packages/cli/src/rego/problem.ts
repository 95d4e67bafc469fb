// SPDX-License-Identifier: Apache-2.0
import { errorsToJson, RegoError, RegoErrors } from '@sluice/rego';
import type { ExitCode, Io, Sink } from '../io.ts';
import { clean } from '../terminal/clean.ts';
import { painter } from '../terminal/style.ts';
import { arrayText, indentJson, objectText } from './json-text.ts';

/** What is wrong with a file that is no policy: data, a bundle, a path. */
export interface FileProblem {
  readonly message: string;
  /** True where the file could not be read at all. */
  readonly unreachable: boolean;
}

export type Problem = RegoError | FileProblem;

/** Everything that is wrong with what was to be loaded, in the order of loading. */
export class Problems extends Error {
  override readonly name = 'Problems';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('\n'));
    this.problems = problems;
  }
}

/** The problems that something thrown stands for; what is no finding about policy or data is thrown again. */
export function problemsOf(thrown: unknown): readonly Problem[] {
  if (thrown instanceof Problems) return thrown.problems;
  if (thrown instanceof RegoErrors) return thrown.errors;
  if (thrown instanceof RegoError) return [thrown];
  throw thrown;
}

/** OPA's word for an error that came before the compiler. */
export function phaseOf(thrown: unknown): string {
  return thrown instanceof Problems ? ' during loading' : '';
}

/** 3 where a file could not be read, otherwise what the command says of a broken policy. */
export function exitCodeOf(problems: readonly Problem[], broken: ExitCode): ExitCode {
  return problems.some((problem) => !(problem instanceof RegoError) && problem.unreachable) ? 3 : broken;
}

/** OPA's `{"errors": […]}`; nothing stands in it besides what is given. */
export function problemsText(problems: readonly Problem[]): string {
  return arrayText(problems.map(problemText));
}

function problemText(problem: Problem): string {
  if (problem instanceof RegoError) return JSON.stringify(errorsToJson(problem).errors[0]);
  return objectText({ message: JSON.stringify(problem.message) });
}

export interface ProblemOptions {
  readonly form: 'pretty' | 'json';
  /** What OPA puts behind the count: ` during loading`. */
  readonly phase?: string;
  /** The text of a module, for the caret that OPA leaves out. */
  readonly sourceOf?: ((file: string) => string | undefined) | undefined;
}

/** Says problems for people or, as OPA does, as JSON. */
export function writeProblems(
  problems: readonly Problem[],
  io: Pick<Io, 'env'>,
  sink: Sink,
  { form, phase = '', sourceOf = () => undefined }: ProblemOptions,
): void {
  if (form === 'json') {
    sink.write(`${indentJson(objectText({ errors: problemsText(problems) }))}\n`);
    return;
  }
  const paint = painter(io, sink);
  const shown = problems.map((problem) => {
    const [first = '', ...rest] = linesOf(problem, sink.isTerminal ? sourceOf : () => undefined);
    return [paint('red', clean(first)), ...rest.map(clean)].join('\n');
  });
  const count = problems.length;
  sink.write(
    count === 1
      ? `1 error occurred${phase}: ${shown[0]}\n`
      : `${count} errors occurred${phase}:\n${shown.join('\n')}\n`,
  );
}

/** The message and, for a reader at a terminal, the row it is about with a caret below. */
function linesOf(problem: Problem, sourceOf: (file: string) => string | undefined): readonly string[] {
  const lines = problem.message.split('\n');
  if (!(problem instanceof RegoError) || problem.code === 'rego_parse_error' || !problem.location) return lines;
  const { file, row, col } = problem.location;
  const text = sourceOf(file)?.split('\n')[row - 1]?.replaceAll('\t', ' ');
  if (text === undefined) return lines;
  return [...lines, `\t${text}`, `\t${' '.repeat(Math.max(0, col - 1))}^`];
}
