// SPDX-License-Identifier: Apache-2.0
import { compareText, ExactNumber } from '../policy/exact-json.ts';
import type { Result } from '../policy/result.ts';
import type { Report, ReportOptions } from './report.ts';
import { subjectsOf, totalsOf } from './subjects.ts';

/**
 * ec's `summary`: one message a rule, and how many more there are. Its `success` is the verdict; ec's own always says
 * false, a fault that is not copied.
 */
export function toSummary(report: Report, options: ReportOptions): unknown {
  const components = subjectsOf(report).map((subject) => ({
    name: subject.name,
    success: subject.success,
    violations: condensed(subject.violations),
    warnings: condensed(report.kind === 'image' || options.showWarnings ? subject.warnings : []),
    successes: condensed(options.showSuccesses ? subject.successes : []),
    total_violations: subject.violations.length,
    total_warnings: report.kind === 'image' || options.showWarnings ? subject.warnings.length : 0,
    total_successes: subject.successes.length,
  }));
  if (report.kind === 'input') return { filepaths: components, success: report.success, key: '' };
  return {
    ...(report.snapshot === '' ? {} : { snapshot: report.snapshot }),
    components,
    success: report.success,
    key: report.key,
  };
}

function condensed(results: readonly Result[]): { [code: string]: string[] } {
  const byCode = new Map<string, string[]>();
  for (const result of results) {
    const code = result.metadata?.code;
    if (code === undefined) continue;
    const key = typeof code === 'string' ? code : code instanceof ExactNumber ? code.text : JSON.stringify(code);
    byCode.set(key, [...(byCode.get(key) ?? []), result.msg]);
  }
  const entries = [...byCode].sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([code, messages]) => [code, firstOf(code, messages)]));
}

function firstOf(code: string, messages: readonly string[]): string[] {
  const first = messages.slice(0, 1);
  if (messages.length > 1) first.push(`There are ${messages.length - 1} more ${JSON.stringify(code)} messages`);
  return first;
}

/** ec's `appstudio`: the totals as a Konflux task result. */
export function toAppstudio(report: Report): unknown {
  const totals = totalsOf(report);
  return {
    timestamp: String(Math.floor(report.created.getTime() / 1000)),
    namespace: '',
    successes: totals.successes,
    failures: totals.violations,
    warnings: totals.warnings,
    result: totals.result,
  };
}

/** ec's `summary-markdown`: the totals as a small table. */
export function toSummaryMarkdown(report: Report): string {
  const totals = totalsOf(report);
  const icon = (good: boolean) => (good ? ':white_check_mark:' : ':x:');
  const time = report.created.toISOString().slice(0, 19).replace('T', ' ');
  return [
    '| Field     | Value |Status|',
    '|-----------|-------|-------|',
    `| Time | ${time} |  |`,
    `| Successes | ${totals.successes} | ${icon(totals.successes >= 1 && totals.violations === 0)} |`,
    `| Failures | ${totals.violations} | ${icon(totals.violations === 0)} |`,
    `| Warnings | ${totals.warnings} | ${icon(totals.warnings === 0)} |`,
    `| Result |  | ${icon(report.success)} |`,
    '',
  ].join('\n');
}
