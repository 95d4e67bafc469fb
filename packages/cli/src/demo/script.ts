// SPDX-License-Identifier: Apache-2.0
import type { ExitCode, Io } from '../io.ts';
import { clean } from '../terminal/clean.ts';
import { painter } from '../terminal/style.ts';
import type { Env, Performed, Stage } from './stage.ts';

/** One line of the table at the end. */
export interface Outcome {
  readonly what: string;
  readonly expected: 'passes' | 'refused';
  readonly asExpected: boolean;
  readonly sentence: string;
}

/** Tells the story on standard output and keeps what came of each scene. */
export interface Script {
  heading(text: string): void;
  say(text: string): void;
  /** Runs a command line that must pass. */
  pass(what: string, argv: readonly string[], env: Env): Promise<Performed>;
  /** Runs a command line that must end with `exit`, saying `because`, and leave the tag `latest` alone. */
  refuse(
    what: string,
    argv: readonly string[],
    env: Env,
    exit: ExitCode,
    because: RegExp,
    later?: number,
  ): Promise<void>;
  readonly outcomes: readonly Outcome[];
}

export function startScript(io: Io, stage: Stage, guarded: readonly string[]): Script {
  const paint = painter(io, io.stdout);
  const outcomes: Outcome[] = [];
  const say = (text: string) => io.stdout.write(`${text}\n`);
  const print = (performed: Performed) => {
    say(paint('dim', `  $ ${performed.line}`));
    for (const line of spoken(performed)) say(`    ${line}`);
  };
  return {
    outcomes,
    say,
    heading: (text) => say(`\n${paint('bold', text)}`),
    async pass(what, argv, env) {
      const performed = await stage.sluice(argv, env);
      print(performed);
      outcomes.push({ what, expected: 'passes', asExpected: performed.exit === 0, sentence: firstLine(performed) });
      return performed;
    },
    async refuse(what, argv, env, exit, because, later) {
      const before = await digests(stage, guarded);
      const performed = await stage.sluice(argv, env, later);
      const unchanged = (await digests(stage, guarded)) === before;
      say(`\n  ${paint('bold', what)}`);
      print(performed);
      const asExpected = performed.exit === exit && unchanged && because.test(performed.err);
      outcomes.push({ what, expected: 'refused', asExpected, sentence: sentenceOf(performed) });
    },
  };
}

/** What the guarded tags name now, as one text. */
async function digests(stage: Stage, references: readonly string[]): Promise<string> {
  const named = references.map(async (reference) => {
    const { out } = await stage.sluice(['image', 'digest', reference], {});
    return out.trim() || 'none';
  });
  return (await Promise.all(named)).join(' ');
}

/** What a person would have seen; documents for machines are left out, because the reports keep them. */
function spoken({ out, err }: Performed): readonly string[] {
  const lines = `${err}${/^[[{]/.test(out) ? '' : out}`.split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.includes('section_') && !line.startsWith('::')).map(clean);
}

function firstLine(performed: Performed): string {
  return spoken(performed).at(-1)?.trim() ?? '';
}

/** The sentence that a refusal is about: the error's, what a verdict lacks, why evidence was left out, or the first violation's. */
function sentenceOf(performed: Performed): string {
  const lines = spoken(performed).map((line) => line.trim());
  const error = lines.find((line) => line.startsWith('error '));
  const leftOut = lines.map((line) => / is left out: (.*)$/.exec(line)?.[1]).find((reason) => reason !== undefined);
  const code = lines.indexOf('builtin.image.signature_check');
  const first = lines.findIndex((line) => line.startsWith('✗ validate')) + 2;
  const summary = / is good enough: (.*)\. Validate it again/.exec(error ?? '')?.[1];
  return summary ?? error?.slice('error '.length) ?? leftOut ?? lines[code < 0 ? first : code + 1] ?? '';
}
