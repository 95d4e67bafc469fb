// SPDX-License-Identifier: Apache-2.0
import type { ForgeState } from '@sluice/core';
import { defineCommand, type Invocation } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { UsageError } from '../usage-error.ts';

const MAX_REPORT_BYTES = 64 * 1024 * 1024;

const flags = {
  report: {
    type: 'string',
    value: 'FILE',
    help: 'The verdict: what "validate image --output json=FILE" wrote. Without it the image is still being verified',
  },
  'report-markdown': {
    type: 'string',
    value: 'FILE',
    help: 'What people read: "validate image --output markdown=FILE"',
  },
  neutral: { type: 'string', value: 'REASON', help: 'Nothing could be verified, and that is no fault of the image' },
  name: { type: 'string', value: 'NAME', help: 'The name of the check [sluice: REPOSITORY]' },
  commit: { type: 'string', value: 'SHA', help: "The commit that shows it [the run's]" },
  path: { type: 'string', value: 'FILE', help: 'The file that annotations point at [the workflow]' },
  json: { type: 'boolean', help: 'Print JSON' },
} as const;

export const status = defineCommand({
  summary: 'Say on the forge that an image is being verified, and then the verdict',
  arguments: 'IMAGE',
  arity: [1, 1],
  description: `One check for an image and a run: created by the first call, updated in place by the next. A report that cannot be
read says "could not be decided", which is a failure. GitHub needs GITHUB_TOKEN with "checks: write"; GitLab shows a
commit status and a note on the merge request, and needs GITLAB_TOKEN, a project access token with the scope api.`,
  examples: [
    'sluice status ghcr.io/acme/app@sha256:9f2c…41',
    'sluice status --report report.json --report-markdown report.md ghcr.io/acme/app@sha256:9f2c…41',
  ],
  flags,
  async run(invocation) {
    const { flags: given, args, io } = invocation;
    const { reportStatus } = await import('@sluice/core');
    const { commit, name, path } = given;
    const { id, url } = await reportStatus(stepContext(invocation), {
      image: args[0] ?? '',
      state: await stateFrom(invocation),
      ...(name === undefined ? {} : { name }),
      ...(commit === undefined ? {} : { commit }),
      ...(path === undefined ? {} : { path }),
    });
    io.stdout.write(given.json ? `${JSON.stringify({ id, url })}\n` : `${url}\n`);
    return 0;
  },
});

async function stateFrom({ flags: given }: Invocation<typeof flags>): Promise<ForgeState> {
  const { report, neutral } = given;
  if (neutral !== undefined && report !== undefined) {
    throw new UsageError('Either --report or --neutral was expected, but found both; leave one out.');
  }
  if (neutral !== undefined) return { kind: 'neutral', reason: neutral };
  if (report === undefined) return { kind: 'verifying' };
  const { readVerdict } = await import('@sluice/core');
  try {
    const verdict = readVerdict(await readBounded(report));
    const markdown = given['report-markdown'] === undefined ? '' : await readBounded(given['report-markdown']);
    return { kind: 'verdict', verdict, markdown };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'undecided', reason: `No verdict can be read: ${why}` };
  }
}

async function readBounded(file: string): Promise<string> {
  const { readFile, stat } = await import('node:fs/promises');
  const { size } = await stat(file);
  if (size > MAX_REPORT_BYTES)
    throw new UsageError(`A report of at most ${MAX_REPORT_BYTES} bytes was expected in ${file}.`);
  return readFile(file, 'utf8');
}
