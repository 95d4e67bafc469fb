// SPDX-License-Identifier: Apache-2.0
import type { Result } from '../policy/result.ts';
import type { Report } from './report.ts';

/** An image or a file: what the formats that show both have in common. */
export interface Subject {
  readonly name: string;
  /** The image reference, or the path of the file. */
  readonly where: string;
  readonly success: boolean;
  readonly violations: readonly Result[];
  readonly warnings: readonly Result[];
  readonly successes: readonly Result[];
}

export function subjectsOf(report: Report): Subject[] {
  if (report.kind === 'input')
    return report.files.map((file) => ({ ...file, name: file.filepath, where: file.filepath }));
  return report.components.map((component) => ({ ...component, where: component.containerImage }));
}

export interface Totals {
  readonly violations: number;
  readonly warnings: number;
  readonly successes: number;
  readonly result: 'FAILURE' | 'WARNING' | 'SKIPPED' | 'SUCCESS';
}

export function totalsOf(report: Report): Totals {
  const subjects = subjectsOf(report);
  const sum = (list: 'violations' | 'warnings' | 'successes') => subjects.reduce((n, s) => n + s[list].length, 0);
  const counts = { violations: sum('violations'), warnings: sum('warnings'), successes: sum('successes') };
  return { ...counts, result: resultOf(counts, subjects, report.kind) };
}

type Counts = Pick<Totals, 'violations' | 'warnings' | 'successes'>;

function resultOf(counts: Counts, subjects: readonly Subject[], kind: Report['kind']): Totals['result'] {
  if (counts.violations > 0 || subjects.some((subject) => !subject.success)) return 'FAILURE';
  if (counts.warnings > 0) return 'WARNING';
  return counts.successes === 0 && kind === 'image' ? 'SKIPPED' : 'SUCCESS';
}
