// SPDX-License-Identifier: Apache-2.0
import { ExactNumber, isJsonArray, type Json } from '../policy/exact-json.ts';
import type { Result } from '../policy/result.ts';
import type { Report, ReportOptions } from './report.ts';
import { type Subject, subjectsOf, type Totals, totalsOf } from './subjects.ts';
import { wrap } from './wrap.ts';

const width = 130;
/** The link that ec shows (`--show-policy-docs-link`). */
export const policyDocs = 'https://conforma.dev/docs/policy/';

/** ec's `text`: totals, the components or files, then violations, warnings and successes. */
export function toText(report: Report, options: ReportOptions): string {
  const totals = totalsOf(report);
  return [
    `Success: ${report.success}\nResult: ${totals.result}\n`,
    `${counts(totals.violations, totals.warnings, totals.successes)}\n`,
    overview(report),
    results(report, totals, options),
    footer(totals, options),
  ].join('');
}

function overview(report: Report): string {
  const image = report.kind === 'image';
  const subjects = subjectsOf(report);
  const [only] = subjects;
  if (only === undefined) return '';
  if (subjects.length === 1) {
    return image ? `Component: ${only.name}\nImageRef: ${only.where}\n\n` : `Input File: ${only.where}\n\n`;
  }
  const items = subjects.map((s) => {
    const head = image ? `- Name: ${s.name}\n  ImageRef: ${s.where}\n` : `- FilePath: ${s.where}\n`;
    return `${head}  ${counts(s.violations.length, s.warnings.length, s.successes.length)}\n\n`;
  });
  return `\n${image ? 'Components' : 'Input Files'}:\n${items.join('')}`;
}

function counts(violations: number, warnings: number, successes: number): string {
  return `Violations: ${violations}, Warnings: ${warnings}, Successes: ${successes}`;
}

const kinds = {
  violations: { title: 'Violation', mark: '✕', color: 31 },
  warnings: { title: 'Warning', mark: '›', color: 33 },
  successes: { title: 'Success', mark: '✓', color: 32 },
} as const;
type Kind = keyof typeof kinds;

function results(report: Report, totals: Totals, options: ReportOptions): string {
  const shown: Kind[] = [];
  if (totals.violations > 0) shown.push('violations');
  if (totals.warnings > 0 && options.showWarnings) shown.push('warnings');
  if (totals.successes > 0 && options.showSuccesses) shown.push('successes');
  if (shown.length === 0) return '';
  const label = report.kind === 'image' ? 'ImageRef' : 'FilePath';
  const blocks = shown.flatMap((kind) =>
    subjectsOf(report).flatMap((subject) =>
      subject[kind].map((result) => block(kind, label, subject, result, options)),
    ),
  );
  return `Results:\n${blocks.join('')}`;
}

function block(kind: Kind, label: string, subject: Subject, result: Result, options: ReportOptions): string {
  const { title, mark, color } = kinds[kind];
  const paint = (text: string) => (options.color ? `\u001b[${color}m${text}\u001b[0m` : text);
  const { code, term, title: ruleTitle, description, solution } = result.metadata ?? {};
  const said = kind !== 'successes';
  const lines = [
    `${paint(mark)} ${paint(`[${title}] ${code === undefined ? '(no code)' : plain(code)}`)}`,
    subject.where === '' ? '' : `  ${label}: ${subject.where}`,
    said && result.msg !== '' ? indented(`Reason: ${result.msg}`) : '',
    termLine(term),
    hasText(ruleTitle) ? indented(`Title: ${plain(ruleTitle)}`) : '',
    hasText(description) ? indented(`Description: ${plain(description)}`) : '',
    said && hasText(solution) ? indented(`Solution: ${plain(solution)}`) : '',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n\n`;
}

function termLine(term: Json | undefined): string {
  if (!isJsonArray(term)) return hasText(term) ? indented(`Term: ${plain(term)}`) : '';
  const list = term.map(plain).join(', ');
  return list === '' ? '' : indented(`Terms: ${list}`);
}

function hasText(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== '' && value !== false && value !== 0;
}

function plain(value: Json): string {
  if (typeof value === 'string') return value;
  return value instanceof ExactNumber ? value.text : JSON.stringify(value);
}

function indented(text: string): string {
  return `  ${wrap(text, width - 2).replaceAll('\n', '\n  ')}`;
}

function footer(totals: Totals, options: ReportOptions): string {
  const due = totals.violations > 0 || (totals.warnings > 0 && options.showWarnings);
  if (!options.showPolicyDocsLink || !due) return '';
  return `For more information about policy issues, see the policy documentation: ${policyDocs}\n`;
}
