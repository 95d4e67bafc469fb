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

function counts({ violations, warnings, successes, signatures, attestations }: ComponentReport): string {
  const checks = violations.length + warnings.length + successes.length;
  return `${plural(checks, 'check')}, ${plural(violations.length, 'violation')}, ${plural(warnings.length, 'warning')}; ${plural(signatures.length, 'signature')}, ${plural(attestations.length, 'attestation')} proved`;
}

function violationLines({ violations }: ComponentReport): string[] {
  return violations.flatMap(({ msg, metadata }) => {
    const code = typeof metadata?.code === 'string' ? metadata.code : 'a rule without a code';
    const solution = typeof metadata?.solution === 'string' ? [`    to fix    ${clean(metadata.solution)}`] : [];
    return ['', `  ${clean(code)}`, `    ${clean(msg)}`, ...solution];
  });
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
