// SPDX-License-Identifier: Apache-2.0
import type { ExitCode, Io } from '../io.ts';
import { painter } from '../terminal/style.ts';
import { pipelines, runPipeline } from './flows.ts';
import { runRefusals } from './refusals.ts';
import { type Outcome, startScript } from './script.ts';
import { setStage } from './stage.ts';

/** The whole flow on both CIs, then every refusal. Ends with 0 only where each scene went as it must. */
export async function runDemo(io: Io, folder: string): Promise<ExitCode> {
  const stage = await setStage(io, folder);
  try {
    const [gitlab, github] = await pipelines(stage);
    const script = startScript(io, stage, [`${gitlab.image}:latest`, `${github.image}:latest`]);
    script.say('A registry, Fulcio, Rekor, a timestamp authority and two OIDC issuers run on 127.0.0.1.');
    script.heading('1. A GitLab pipeline: build → secure → validate → promote');
    await runPipeline(script, stage, gitlab);
    script.heading('2. A GitHub workflow: the same commands');
    await runPipeline(script, stage, github);
    script.heading('3. What the gate refuses');
    await runRefusals(script, stage, gitlab, github);
    script.heading('Everything attached to what was promoted (sluice tree)');
    const tree = await stage.sluice(['tree', `${gitlab.image}:latest`], {});
    script.say(tree.out.trimEnd());
    script.heading('What happened');
    script.say(table(io, script.outcomes));
    return conclude(io, script.outcomes, folder);
  } finally {
    await stage.close();
  }
}

function table(io: Io, outcomes: readonly Outcome[]): string {
  const paint = painter(io, io.stdout);
  const width = Math.max(...outcomes.map(({ what }) => what.length));
  const room = Math.max(20, io.stdout.columns - width - 15);
  return outcomes
    .map(({ what, expected, asExpected, sentence }) => {
      const mark = asExpected ? paint('green', '✓') : paint('red', '✗');
      const text = sentence.length > room ? `${sentence.slice(0, room - 1)}…` : sentence;
      return `  ${mark} ${what.padEnd(width)}  ${expected.padEnd(7)}  ${text}`.trimEnd();
    })
    .join('\n');
}

function conclude(io: Io, outcomes: readonly Outcome[], folder: string): ExitCode {
  const wrong = outcomes.filter(({ asExpected }) => !asExpected);
  const refused = outcomes.filter(({ expected }) => expected === 'refused').length;
  io.stdout.write(
    `\n${outcomes.length - refused} steps passed, ${refused} were refused; reports and policies are in ${folder}\n`,
  );
  if (wrong.length === 0) return 0;
  io.stderr.write(`The demo did not go as it must: ${wrong.map(({ what }) => what).join('; ')}.\n`);
  return 1;
}
