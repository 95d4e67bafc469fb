// SPDX-License-Identifier: Apache-2.0
import { formatInstant } from '../policy/instant.ts';
import type { VolatileCriterion } from '../policy/spec.ts';
import { buildLevel } from '../provenance/level.ts';
import { type Finding, findingsOf } from './finding.ts';
import { toMermaid } from './mermaid.ts';
import type { ComponentReport, ImageReport, Report } from './report.ts';
import { subjectsOf, totalsOf } from './subjects.ts';

/** More findings than this are counted, not shown: step summaries and merge-request notes have a limit. */
const maxFindings = 50;
const maxGraphs = 5;

/**
 * Markdown for step summaries and merge requests: the verdict, a table of components, each finding with what was found
 * and expected and how to fix it, and a graph from source to verdict. Everything from outside is escaped.
 */
export function toMarkdown(report: Report): string {
  const parts = [verdictLine(report), table(report), ...findings(report), exceptions(report), notes(report)];
  if (report.kind === 'image') parts.push(levels(report), ...graphs(report));
  parts.push(footer(report));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function verdictLine(report: Report): string {
  const { violations, warnings, successes } = totalsOf(report);
  const counts = `${count(violations, 'violation')}, ${count(warnings, 'warning')}, ${count(successes, 'success', 'successes')}`;
  return `## ${report.success ? '✅ Passed' : '❌ Refused'}\n\n${counts}`;
}

function table(report: Report): string {
  const head =
    report.kind === 'image'
      ? '| | Component | Image | Violations | Warnings | Passed |'
      : '| | File | | Violations | Warnings | Passed |';
  const rows = subjectsOf(report).map((subject) => {
    const where = report.kind === 'image' ? code(subject.where) : '';
    const cells = [subject.success ? '✅' : '❌', escaped(label(subject)), where];
    return `| ${[...cells, subject.violations.length, subject.warnings.length, subject.successes.length].join(' | ')} |`;
  });
  return [head, '|---|---|---|--:|--:|--:|', ...rows].join('\n');
}

function findings(report: Report): string[] {
  const all = findingsOf(report);
  const violations = all.filter((finding) => finding.level === 'violation');
  const warnings = all.filter((finding) => finding.level === 'warning');
  return [section('Violations', violations), section('Warnings', warnings)].filter((part) => part !== '');
}

function section(title: string, list: readonly Finding[]): string {
  if (list.length === 0) return '';
  const shown = list.slice(0, maxFindings).map(findingBlock);
  if (list.length > maxFindings)
    shown.push(`… and ${list.length - maxFindings} more; the \`json\` report has all of them.`);
  return [`### ${title}`, ...shown].join('\n\n');
}

function findingBlock(finding: Finding): string {
  const rows: [string, string][] = [
    ['expected', finding.expected],
    ['found', finding.found || finding.message],
    // Two results of a rule may differ in nothing else.
    ['about', finding.terms.filter((term) => !finding.message.includes(term)).join(', ')],
    ['in', finding.where],
    ['to fix', finding.solution],
  ];
  const title = `**${escaped(label({ name: finding.subject, where: finding.where }))}** · ${code(finding.code)}${finding.title === '' ? '' : ` — ${escaped(finding.title)}`}`;
  const why = finding.description === '' ? [] : [`  ${escaped(finding.description)}`];
  const lines = rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `  - ${label}: ${label === 'in' || label === 'about' ? code(text) : escaped(text)}`);
  return [`- ${title}`, ...why, ...lines].join('\n');
}

/** What is excepted, until when, and why: an exception must not be forgotten. */
function exceptions(report: Report): string {
  const rows = (report.policy.sources ?? []).flatMap((source) =>
    (source.volatileConfig?.exclude ?? []).map(exceptionRow),
  );
  if (rows.length === 0) return '';
  return ['### Exceptions', ['| Rule | For | Until | Reference |', '|---|---|---|---|', ...rows].join('\n')].join(
    '\n\n',
  );
}

function exceptionRow(criterion: VolatileCriterion): string {
  const target =
    criterion.imageUrl ?? criterion.imageDigest ?? criterion.imageRef ?? criterion.componentNames?.join(', ');
  const until = criterion.effectiveUntil ?? '**no end**';
  return `| ${code(criterion.value)} | ${escaped(target ?? 'all')} | ${until === '**no end**' ? until : escaped(until)} | ${escaped(criterion.reference ?? '')} |`;
}

function notes(report: Report): string {
  if (report.notes.length === 0) return '';
  return ['### Notes', report.notes.map((note) => `- ${escaped(note)}`).join('\n')].join('\n\n');
}

/** The SLSA build level that each component's provenance supports, and what keeps it from the next. */
function levels({ components }: ImageReport): string {
  const rows = components.map(({ name, containerImage, attestations }) => {
    const { level, steps } = buildLevel(attestations);
    const reasons = steps.map((step) => `${step.reached ? '✅' : '❌'} ${step.level}: ${escaped(step.reason)}`);
    return `| ${escaped(label({ name, where: containerImage }))} | ${level} | ${reasons.join('<br>')} |`;
  });
  return rows.length === 0
    ? ''
    : ['### SLSA build level', ['| Component | Level | Why |', '|---|--:|---|', ...rows].join('\n')].join('\n\n');
}

function graphs(report: ImageReport): string[] {
  return report.components.slice(0, maxGraphs).map((component: ComponentReport) => {
    const fence = ['```mermaid', toMermaid(component), '```'].join('\n');
    const name = label({ name: component.name, where: component.containerImage });
    return `<details><summary>From source to verdict: ${escaped(name)}</summary>\n\n${fence}\n\n</details>`;
  });
}

/** A component that nobody named goes by its repository. */
function label({ name, where }: { readonly name: string; readonly where: string }): string {
  return name || (/([^/@:]+)(:[^/@]*)?(@.*)?$/.exec(where)?.[1] ?? where);
}

function footer(report: Report): string {
  const policy = report.kind === 'image' ? ` · policy ${escaped(report.policyDigest)}` : '';
  return `<sub>sluice ${escaped(report.version)} · effective time ${formatInstant(report.effectiveTime)}${policy}</sub>`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * Text from outside can neither format, link, mention nor break out of a table's cell. Character references mean the
 * same inside HTML, where a backslash would not protect.
 */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|~$&@#!%"]/g, (found) => `&#${found.charCodeAt(0)};`)
    .replace(/\bhttps?:/g, (scheme) => `${scheme.slice(0, -1)}&#58;`)
    .replace(/\s*\n\s*/g, ' ');
}

function code(text: string): string {
  const clean = text.replace(/[`\n|]/g, '');
  return clean === '' ? '' : `\`${clean}\``;
}
