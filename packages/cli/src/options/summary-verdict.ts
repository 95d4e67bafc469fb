// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import type { ComponentReport, SummaryVerdict } from '@sluice/core';
import type { Invocation } from '../command.ts';
import { clean } from '../terminal/clean.ts';
import { type Paint, painterIf } from '../terminal/style.ts';
import { isColored, type reportFlags } from './report.ts';

/** What was found about the summary of one image, and about the image itself. */
export interface ComponentVerdict {
  readonly name: string;
  readonly image: string;
  readonly success: boolean;
  readonly summary: SummaryVerdict;
  /** The image itself, where its summary was not good enough. */
  readonly fallback?: ComponentReport;
}

export interface SummaryTarget {
  readonly format: string;
  readonly path?: string;
}

type ShownFlags = Pick<
  typeof reportFlags,
  'show-successes' | 'show-warnings' | 'show-policy-docs-link' | 'color' | 'no-color'
>;
type VerdictInvocation = Invocation<ShownFlags>;

/** Writes the verdicts in every format that was asked for. */
export async function writeVerdicts(
  invocation: VerdictInvocation,
  targets: readonly SummaryTarget[],
  verdicts: readonly ComponentVerdict[],
  success: boolean,
): Promise<void> {
  const { policyDocs, toYaml } = await import('@sluice/core');
  for (const { format, path } of targets) {
    const document = { success, components: verdicts.map(forMachines) };
    const text =
      format === 'text'
        ? inWords(invocation, verdicts, policyDocs)
        : format === 'json'
          ? `${JSON.stringify(document, undefined, 2)}\n`
          : await toYaml(JSON.parse(JSON.stringify(document)));
    if (path === undefined) invocation.io.stdout.write(text);
    else await writeFile(path, text);
  }
}

/** The members that ec has for a summary and for the image, each with its own names. */
function forMachines({ name, image, success, summary, fallback }: ComponentVerdict) {
  return {
    name,
    image_ref: image,
    overall_success: success,
    used_fallback: fallback !== undefined,
    vsa_phase_result: {
      passed: summary.passed,
      message: summary.message,
      ...(summary.reason === undefined ? {} : { reason_code: summary.reason }),
      ...(summary.outcome === undefined ? {} : { predicate_outcome: summary.outcome }),
    },
    ...(fallback === undefined
      ? {}
      : {
          image_validation_result: {
            passed: fallback.success,
            violations: fallback.violations,
            warnings: fallback.warnings,
          },
        }),
  };
}

function inWords({ flags, io }: VerdictInvocation, verdicts: readonly ComponentVerdict[], policyDocs: string): string {
  const paint = painterIf(isColored(flags, io));
  const found = verdicts.flatMap(({ fallback }) => fallback ?? []);
  const due = found.some(
    ({ violations, warnings }) => violations.length > 0 || (warnings.length > 0 && flags['show-warnings']),
  );
  const link = flags['show-policy-docs-link'] && due ? [`Policy documentation: ${policyDocs}`] : [];
  return `${[...verdicts.flatMap((verdict) => lines(verdict, flags, paint)), ...link].join('\n')}\n`;
}

function lines(
  { image, success, summary, fallback }: ComponentVerdict,
  flags: VerdictInvocation['flags'],
  paint: Paint,
): string[] {
  const when =
    summary.summary === undefined ? '' : ` (${summary.summary.verifier}, ${summary.summary.time.toISOString()})`;
  const mark = (passed: boolean) => (passed ? paint('green', '✓') : paint('red', '✗'));
  return [
    `${mark(summary.passed)} vsa       ${summary.passed ? 'passed ' : 'refused'}   ${clean(image)}`,
    `            ${clean(summary.message)}${clean(when)}`,
    ...(fallback === undefined
      ? []
      : [`${mark(success)} validate  ${success ? 'passed ' : 'refused'}   ${clean(image)}`]),
    ...(fallback?.violations ?? []).map(({ msg }) => `            ${clean(msg)}`),
    ...(flags['show-warnings'] ? (fallback?.warnings ?? []) : []).map(
      ({ msg }) => `            warning: ${clean(msg)}`,
    ),
    ...(flags['show-successes'] ? (fallback?.successes ?? []) : []).map(
      ({ msg, metadata }) => `            ${clean(String(metadata?.code ?? ''))}: ${clean(msg)}`,
    ),
  ];
}
