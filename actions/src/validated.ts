// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Verdict } from '@sluice/core';
import { tokenVariables } from './attached.ts';
import { componentWords } from './components.ts';
import { policyFlagNames } from './flag-names.ts';
import { flagsFrom, linesInput, requireInput } from './inputs.ts';
import type { Job } from './job.ts';
import { reportFolder } from './report-folder.ts';
import { harmless, loadCommand, runSluice } from './sluice.ts';
import { boundedMarkdown, maxSummaryBytes } from './summary.ts';

/** GitHub shows ten error annotations of a step (GitHub docs, "Workflow commands", limits). */
const maxAnnotations = 10;

/** Runs `sluice validate image`, leaves the reports in files, and says the verdict in summary and annotations. */
export async function validateAndTell(job: Job, moreFlagNames: readonly string[] = []): Promise<Verdict> {
  requireInput(job, 'policy', 'policy.yaml');
  const { flags: specs } = await loadCommand('validate image');
  const folder = await reportFolder(job);
  const files = {
    json: join(folder, 'report.json'),
    markdown: join(folder, 'report.md'),
    sarif: join(folder, 'report.sarif'),
  };
  const facts = join(folder, 'facts.env');
  const outputs = Object.entries(files).map(([format, file]) => `--output=${format}=${file}`);
  const own = linesInput(job, 'output').map((line) => `--output=${line}`);
  const words = [
    ...componentWords(job),
    ...flagsFrom(job, specs, [...policyFlagNames, ...moreFlagNames]),
    ...outputs,
    `--dotenv=${facts}`,
    ...own,
  ];
  const { out, exit } = await runSluice(job, ['validate', 'image', ...words], tokenVariables(job));
  for (const line of out === '' ? [] : out.trimEnd().split('\n')) job.say(harmless(line));
  const { readVerdict } = await import('@sluice/core');
  const written = readVerdict(await readFile(files.json, 'utf8'));
  // The report and the command must agree on a pass.
  const verdict = { ...written, success: written.success && exit === 0 };
  job.output('verdict', verdict.success ? 'passed' : 'refused');
  job.output('report-json', files.json);
  job.output('report-markdown', files.markdown);
  job.output('report-sarif', files.sarif);
  job.output('images', verdict.images.join('\n'));
  job.output('policy-digest', parseEnv(await readFile(facts, 'utf8')).SLUICE_POLICY_DIGEST ?? '');
  annotateFindings(job, verdict);
  const markdown = await readFile(files.markdown, 'utf8');
  await job.summarize(
    boundedMarkdown(markdown, maxSummaryBytes, 'The output "report-markdown" names the whole report.'),
  );
  return verdict;
}

function annotateFindings(job: Job, { findings }: Verdict): void {
  const violations = findings.filter(({ level }) => level === 'violation');
  for (const { code, component, message, solution } of violations.slice(0, maxAnnotations)) {
    job.annotate(
      'error',
      solution === undefined ? message : `${message}\nTo fix: ${solution}`,
      `${component}: ${code}`,
    );
  }
  const more = violations.length - maxAnnotations;
  if (more > 0) job.annotate('notice', `${more} more violations are in the report.`);
}
