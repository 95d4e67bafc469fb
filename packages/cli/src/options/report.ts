// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import type { ImageFormat, OutputTarget, Report, ReportOptions } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';
import type { Io } from '../io.ts';

/** What reports show, spelled as ec spells it. */
export const reportFlags = {
  'show-successes': { type: 'boolean', help: 'List what passed, too' },
  'show-warnings': { type: 'boolean', default: true, help: 'List warnings in text' },
  'show-policy-docs-link': { type: 'boolean', help: "Add a link to Conforma's policy documentation to text" },
  info: { type: 'boolean', help: 'Add title, description and solution to each result' },
  color: { type: 'boolean', help: 'Colour the text format wherever it goes' },
  'no-color': { type: 'boolean', help: 'Leave the text format without colour' },
  strict: { type: 'boolean', short: 's', default: true, help: 'Exit with 1 where the gate refuses' },
} as const satisfies FlagSpecs;

type ReportInvocation = Invocation<typeof reportFlags>;

/** Reads every --output before any work is done, so that a misspelt format costs nothing. */
export async function outputTargets(
  invocation: ReportInvocation,
  texts: readonly string[],
  fallback: ImageFormat,
  formats: readonly ImageFormat[],
): Promise<readonly OutputTarget[]> {
  const { parseTarget } = await import('@sluice/core');
  const defaults = reportOptions(invocation);
  return (texts.length > 0 ? texts : ['text']).map((text) => parseTarget(text, fallback, formats, defaults));
}

/** What the flags ask to see. */
export function reportOptions({ flags, io }: ReportInvocation): ReportOptions {
  return {
    info: flags.info,
    showSuccesses: flags['show-successes'],
    showWarnings: flags['show-warnings'],
    showPolicyDocsLink: flags['show-policy-docs-link'],
    color: isColored(flags, io),
  };
}

/** Whether what is printed has colours: where a flag says so, else on a terminal. */
export function isColored(flags: { readonly color: boolean; readonly 'no-color': boolean }, io: Io): boolean {
  return flags.color || (io.stdout.isTerminal && !flags['no-color'] && io.env.NO_COLOR === undefined);
}

/** Writes the report in every format asked for, in the order of the flags. */
export async function writeReport(
  { io }: ReportInvocation,
  report: Report,
  targets: readonly OutputTarget[],
): Promise<void> {
  const { renderReport } = await import('@sluice/core');
  for (const { format, options, path } of targets) {
    const text = await renderReport(report, format, options);
    if (path === undefined) io.stdout.write(text);
    else await writeFile(path, text);
  }
}
