// SPDX-License-Identifier: Apache-2.0
import type { ComponentReport, ImageReport } from '@sluice/core';
import type { Io } from '../io.ts';
import { clean } from '../terminal/clean.ts';
import { painter } from '../terminal/style.ts';

/** The verdict for a person, on standard error: passed with its counts, or each violation with what to do. */
export function sayVerdict(io: Io, report: ImageReport): void {
  const paint = painter(io, io.stderr);
  const lines = report.components.flatMap((component) => [
    component.success
      ? `${paint('green', '✓')} validate  passed    ${component.containerImage}`
      : `${paint('red', '✗')} validate  refused   ${paint('bold', component.containerImage)}`,
    ...(component.success ? [`            ${counts(component)}`] : violationLines(component)),
  ]);
  const notes = report.notes.map((note) => `${paint('yellow', 'warning')} ${note}`);
  io.stderr.write(`${[...lines, ...notes].join('\n')}\n`);
}

function counts({ violations, warnings, successes, signatures, attestations, earlier }: ComponentReport): string {
  if (earlier !== undefined)
    return `not validated again: ${clean(earlier.verifier)} let it pass at ${earlier.time.toISOString()}`;
  const checks = violations.length + warnings.length + successes.length;
  return `${plural(checks, 'check')}, ${plural(violations.length, 'violation')}, ${plural(warnings.length, 'warning')}; ${plural(signatures.length, 'signature')}, ${plural(attestations.length, 'attestation')} proved`;
}

function violationLines({ violations }: ComponentReport): string[] {
  return violations.flatMap(({ msg, metadata }) => {
    const code = typeof metadata?.code === 'string' ? metadata.code : 'no attestation about this image';
    const solution = typeof metadata?.solution === 'string' ? metadata.solution : FIXES[code];
    const [first = '', ...more] = msg.split('\n');
    return [
      '',
      `  ${clean(code)}`,
      `    ${clean(first)}`,
      ...more.map((line) => `              ${clean(line)}`),
      ...(solution ? [`    to fix    ${clean(solution)}`] : []),
    ];
  });
}

/** What to do where a check of our own fails; rules of a policy bring their own solution. */
const FIXES: Readonly<Record<string, string>> = {
  'builtin.image.accessible': 'Check the reference, and that this job may read the registry.',
  'builtin.image.signature_check':
    'Run "sluice secure" in the pipeline that the policy names, or correct identity (or publicKey) in the policy.',
  'builtin.attestation.signature_check':
    'Run "sluice secure" in the pipeline that the policy names, or correct identity (or publicKey) in the policy.',
  'builtin.attestation.syntax_check':
    'Attest provenance again with "sluice secure"; what is attached is not valid SLSA.',
  'no attestation about this image': 'Run "sluice secure" for this digest; evidence of another image does not count.',
};

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
