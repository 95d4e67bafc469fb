// SPDX-License-Identifier: Apache-2.0
import type { Result } from '../policy/result.ts';
import type { Report } from './report.ts';

/** The report with the metadata of each result cut to what ec shows without --info: code, effective date and term. */
export function essential(report: Report): Report {
  if (report.kind === 'image') return { ...report, components: report.components.map(cut) };
  return { ...report, files: report.files.map(cut) };
}

interface ResultLists {
  readonly violations: readonly Result[];
  readonly warnings: readonly Result[];
  readonly successes: readonly Result[];
}

function cut<Lists extends ResultLists>(lists: Lists): Lists {
  return {
    ...lists,
    violations: lists.violations.map(cutResult),
    warnings: lists.warnings.map(cutResult),
    successes: lists.successes.map(cutResult),
  };
}

const shown: ReadonlySet<string> = new Set(['code', 'effective_on', 'term']);

function cutResult(result: Result): Result {
  const members = Object.entries(result.metadata ?? {}).filter(([key]) => shown.has(key));
  return { msg: result.msg, metadata: Object.fromEntries(members) };
}
